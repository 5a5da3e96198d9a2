"""The word index: what of a text can be found, and keeping it in step with titles and messages.

FTS5 cuts text into words at everything that is not a letter or a digit. Two things it would not find are spelt out
before it sees the text:

- scripts written without spaces (Chinese, Japanese, Korean, Thai, …) become one word per character, and a query in
  them a phrase of such words, so that any run of characters is found;
- for a name like `getUserName` its ends and humps (`UserName`, `Name`, `get`, `User`) are added after the text, so that
  it is found from each of its words on. `snake_case` and `dotted.names` are cut by FTS5 itself.

The index holds no text (see desktop.storage.migrations), so removing an entry takes the very text that was added. Both
are read from the tables here and nowhere else: index after the parts are written, unindex before they change. A change
of `spell_out` needs a migration that indexes everything again.
"""

import re
from unicodedata import normalize

from desktop.storage.values import Db

WIDE = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3021-\ud7ff"
    "\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff"
)
"""Inside a character class of a regular expression: scripts without spaces, without their punctuation."""

_WIDE = re.compile(f"[{WIDE}]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_HUMPED = re.compile(  # possessive, and at the beginnings of words alone: linear also in megabytes of encoded data
    r"(?<![^\W_])(?=[A-Za-z0-9]*?(?:[a-z0-9][A-Z]|[A-Z]{2}[a-z]))[A-Za-z0-9]++(?![^\W_])"
)
_LONGEST_NAME = 64  # longer ones are keys and encoded data, which would fill the index


def separate(text: str) -> str:
    """The text with a word per character where its script has no spaces."""
    if text.isascii():
        return text
    return _WIDE.sub(lambda run: f" {' '.join(run.group())} ", normalize("NFC", text))


def spell_out(text: str) -> str:
    """The text as FTS5 is to see it."""
    text = separate(text)
    names = dict.fromkeys(name for name in _HUMPED.findall(text) if len(name) <= _LONGEST_NAME)
    words = dict.fromkeys(word for name in names for word in _humps(name))
    return " ".join([text, *words])


def is_hump(text: str, i: int) -> bool:
    """Whether character `i` begins a word inside a name."""
    return _HUMP.match(text, i) is not None


def index_message(db: Db, number: int, message_id: str) -> None:
    if text := message_text(db, message_id):
        db.execute("INSERT INTO message_words (rowid, text) VALUES (?, ?)", (number, spell_out(text)))


def unindex_message(db: Db, number: int, message_id: str) -> None:
    if text := message_text(db, message_id):
        db.execute(
            "INSERT INTO message_words (message_words, rowid, text) VALUES ('delete', ?, ?)", (number, spell_out(text))
        )


def index_title(db: Db, conversation_id: str) -> None:
    if row := _title(db, conversation_id):
        db.execute("INSERT INTO title_words (rowid, text) VALUES (?, ?)", row)


def unindex_title(db: Db, conversation_id: str) -> None:
    if row := _title(db, conversation_id):
        db.execute("INSERT INTO title_words (title_words, rowid, text) VALUES ('delete', ?, ?)", row)


def message_text(db: Db, message_id: str) -> str:
    """What of a message is indexed: its text without reasoning."""
    rows = db.execute("SELECT text FROM parts WHERE message_id = ? AND kind = 'text' ORDER BY position", (message_id,))
    return "".join(text for (text,) in rows)


def _title(db: Db, conversation_id: str) -> tuple[int, str] | None:
    row = db.execute("SELECT number, title FROM conversations WHERE id = ?", (conversation_id,)).fetchone()
    return row and (row[0], spell_out(row[1]))


def _humps(name: str) -> list[str]:
    humps = _HUMP.split(name)
    return ["".join(humps[i:]) for i in range(1, len(humps))] + humps[:-1]
