"""One long answer with every kind of block, in three scripts: what the gallery of the transcript shows."""

REASONING = """The reader wants to see how a page is set. I go through the blocks one by one:

1. text and headings
2. lists, tables and code
3. formulas, notes and the rest
"""

LATIN_QUESTION = "Show me everything that you can write, on one page."
LATIN = r"""# A page with everything

A paragraph has **bold**, *italic*, ***both***, ~~struck~~ and `inline code`, <kbd>Ctrl</kbd> + <kbd>C</kbd>,
H<sub>2</sub>O, x<sup>2</sup> and a <mark>marked</mark> word. It costs $20–$30 a month, or US$5 for `Vec<T>`; that is
money and no formula. Links are [named](https://example.com/a "A title") or bare: https://example.com/page, and a
note may follow.[^1]

## Lists

1. First boil the water:
   - *green tea* at 80 °C
     - two minutes
     - no sugar
   - **black tea** at 100 °C
2. Then run this:

   ```sh
   make tea SUGAR=0 && echo "done"
   ```

3. And wait.

- [x] leaves bought
- [ ] pot warmed
- [ ] cups set out

> Quoted text stands beside a bar.
>
> > A quotation within it has a bar of its own.
> >
> > - and may hold a list

## Tables

| Model | In per 1M | Out per 1M | Window | Answers |
|:------|----------:|-----------:|:------:|---------|
| Mistral Medium 3.5 | $1.50 | $7.50 | 262k | `long`, with **care** |
| GPT-6 Luna | $0.10 | $0.50 | 1M | quick; error below $\varepsilon = 10^{-3}$ |
| qwen3:4b | free | free | 40k | on this computer |

## Code

```python
from dataclasses import dataclass


@dataclass(frozen=True)
class Tea:
    \"\"\"Leaves, with the temperature of their water.\"\"\"

    name: str
    degrees: int = 100  # °C

    def __str__(self) -> str:
        return f"🍵 {self.name} at {self.degrees} °C"


print(Tea("Sencha", 80))  # emoji before a token: 🍵 "still a string"
```

```diff
- teas = ["Assam"]
+ teas = ["Assam", "Sencha"]
  for tea in teas:
```

## Formulas

The roots of $ax^2 + bx + c = 0$ are $x_{1,2} = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}$, where $a \neq 0$. As a sum:

$$
\sum_{n=1}^{\infty} \frac{1}{n^2} = \frac{\pi^2}{6}
\qquad
\int_{-\infty}^{\infty} e^{-x^2}\,dx = \sqrt{\pi}
$$

\[
A = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}, \quad
f(x) = \begin{cases} x^2 & x \ge 0 \\ -x & x < 0 \end{cases}
\]

What cannot be drawn rightly stands as its source: $\ce{2H2 + O2 -> 2H2O}$.

### Notes and asides

> [!NOTE]
> Useful to know, even when skimming.

> [!WARNING]
> Urgent: hot water.

<details>
<summary>More about <b>water</b></summary>

It boils at 100 °C.

</details>

![A chart of prices](https://pictures.example/chart.png)

---

The end of it.

[^1]: A note stands at the end, with *emphasis* and `code`.
"""

CHINESE_QUESTION = "把你能写的都写在一页上。"
CHINESE = r"""# 一页看尽

**注意：**请先阅读本节。这里有*强调*、`行内代码`、~~删除线~~，以及**“乐观锁”**机制。价格是 $20–$30 一个月。
详见 https://example.com/文档。谢谢！

## 列表

1. 第一步：安装依赖
   - 打开终端
   - 运行下面的命令
2. 第二步：启动服务

   ```sh
   make run  # 启动
   ```

- [x] 已完成的任务
- [ ] 未完成的任务

> 引用的文字旁边有一条竖线。

## 表格

| 模型 | 输入价格 | 输出价格 | 说明 |
|:----|-----:|-----:|------|
| Mistral Medium 3.5 | $1.50 | $7.50 | 适合**长文** |
| qwen3:4b | 免费 | 免费 | 在本机运行 |

## 公式

设$x$为整数，方程 $ax^2+bx+c=0$ 的根为：

$$x = \frac{-b \pm \sqrt{b^2-4ac}}{2a}$$

```python
print("你好，世界 🌏")  # 注释
```

これは**「重要」**です。**핵심(core)**입니다。
"""

ARABIC_QUESTION = "اعرض لي كل ما يمكنك كتابته في صفحة واحدة."
ARABIC = r"""# صفحة واحدة لكل شيء

هذه فقرة فيها **نص عريض** و*نص مائل* و`code` داخل السطر، وكلمة English في الوسط. السعر $20 في الشهر.

## القوائم

1. الخطوة الأولى: تثبيت البرنامج
   - افتح الطرفية
   - شغّل الأمر التالي
2. الخطوة الثانية: التشغيل

   ```sh
   make run
   ```

- [x] مهمة منجزة
- [ ] مهمة باقية

> نص مقتبس بجانبه خط.

## الجداول

| النموذج | السعر | الوصف |
|:--------|------:|-------|
| Mistral Medium 3.5 | $1.50 | مناسب للنصوص الطويلة |
| qwen3:4b | مجاني | على هذا الحاسوب |

## الصيغ

جذور المعادلة $ax^2+bx+c=0$ هي:

$$x = \frac{-b \pm \sqrt{b^2-4ac}}{2a}$$

שלום, זה **מודגש** ועוד `code` בעברית.
"""

PAGES = {
    "latin": (LATIN_QUESTION, LATIN.replace('\\"', '"')),
    "chinese": (CHINESE_QUESTION, CHINESE),
    "arabic": (ARABIC_QUESTION, ARABIC),
}
