"""The messages of the chat that is shown, as the transcript takes them."""

from desktop.domain.model import ModelRef
from desktop.services.catalogue import Catalogue
from desktop.services.meter import Meters
from desktop.ui.chat.shown import Shown
from desktop.ui.transcript.entry import Entry


class Entries:
    """Makes them, and hands out those made last as long as nothing in them has changed."""

    def __init__(self, catalogue: Catalogue, meters: Meters) -> None:
        self._catalogue = catalogue
        self._meters = meters

    def of(self, shown: Shown) -> list[Entry]:
        """The branch on the screen."""
        if shown.made is not None and shown.turn is None and shown.made[0] == shown.content:
            return shown.made[1]
        known: dict[tuple[str, str], tuple[bool, str]] = {}
        entries = []
        tree, writing_id = shown.tree, shown.writing_id
        for message in shown.path():
            free, service_id = False, ""
            if (model := message.model) is not None:
                key = model.provider_id, model.model_id  # quicker to look up than the model
                if key not in known:
                    known[key] = self._catalogue.is_free(model), self.service_of(model)
                free, service_id = known[key]
            place = 0
            ids: tuple[str, ...] = (message.id,)
            if len(siblings := tree.siblings(message.id)) > 1:
                ids = tuple([sibling.id for sibling in siblings])
                place = ids.index(message.id)
            running = message.id == writing_id
            paused = shown.turn.paused if running and shown.turn is not None else None
            meter = self._meters.of(message.conversation_id) if running else None
            entries.append(Entry(message, place, len(ids), ids, free, service_id, running, paused, meter))
        shown.made = shown.content, entries
        return entries

    def service_of(self, model: ModelRef) -> str:
        """The service behind a model's provider, which has the colour."""
        provider = self._catalogue.provider(model.provider_id)
        return provider.service_id if provider else model.provider_id
