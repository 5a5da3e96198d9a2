"""One turn as the transcript is given it."""

from dataclasses import dataclass

from desktop.domain.events import Pause
from desktop.domain.message import Message
from desktop.services.meter import Meter


@dataclass(slots=True)  # never changed, but not frozen: a long conversation has 10,000, made in a third of the time
class Entry:
    """A message on the shown branch, with what its own record does not tell.

    `sibling_ids` are the ids of the message and its alternatives in order: `branch_requested` names one of them, so
    they are needed wherever `sibling_count` is more than one. `free` is whether its model costs nothing (local, or the
    tour). `provider_color_id` chooses the colour of the dot. `running` is whether a turn is writing it now, `paused`
    why that waits, `meter` what it costs by now.
    """

    message: Message
    sibling_index: int = 0
    sibling_count: int = 1
    sibling_ids: tuple[str, ...] = ()
    free: bool = False
    provider_color_id: str = ""
    running: bool = False
    paused: Pause | None = None
    meter: Meter | None = None
