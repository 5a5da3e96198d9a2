"""The bar that shows how much of a cap is spent."""

from decimal import Decimal

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from desktop.ui.theme.theme import Theme

WARNS_AT = Decimal("0.8")


def bar_role(share: Decimal) -> str:
    """The colour of so large a part of a cap: at 80% it warns, at all of it nothing more can be sent."""
    if share >= 1:
        return "danger"
    return "warning-fill" if share >= WARNS_AT else "accent"


def share_of(spent: Decimal, cap: Decimal) -> Decimal:
    """How much of a cap is spent, 1 being all of it; of a cap of nothing everything is."""
    return spent / cap if cap > 0 else Decimal(1)


def paint_budget_bar(
    painter: QPainter,
    theme: Theme,
    rect: QRectF,
    share: Decimal,
    direction: Qt.LayoutDirection,
    role: str = "accent",
    tick: Decimal | None = None,
) -> None:
    """A track along `rect`, filled to `share` from its leading edge; `tick` is a mark across it, both parts of 1."""
    radius = rect.height() / 2
    mirrored = direction == Qt.LayoutDirection.RightToLeft
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("track"))
    painter.drawRoundedRect(rect, radius, radius)
    width = rect.width() * min(1.0, float(share))
    if share > 0:
        width = max(width, rect.height())
        left = rect.right() - width if mirrored else rect.left()
        painter.setBrush(theme.color(role))
        painter.drawRoundedRect(QRectF(left, rect.top(), width, rect.height()), radius, radius)
    if tick is not None:
        thick, high = theme.px(2), theme.px(10)
        along = (rect.width() - thick) * min(1.0, float(tick))
        left = rect.right() - along - thick if mirrored else rect.left() + along
        painter.fillRect(QRectF(left, rect.center().y() - high / 2, thick, high), theme.color("text-secondary"))
