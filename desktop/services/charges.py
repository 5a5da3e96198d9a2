"""What a chat or a reply has been charged, from the ledger."""

from functools import partial

from desktop.storage import charges
from desktop.storage.charges import Charge, Source
from desktop.storage.database import Database


class Charges:
    """Both raise StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_chat(self, conversation_id: str) -> list[Charge]:
        """By model and purpose over all branches, the dearest first."""
        return await self._database.run(partial(charges.of_chat, conversation_id=conversation_id))

    async def of_message(self, message_id: str) -> list[Source]:
        """How the cost of each of its tries is known."""
        return await self._database.run(partial(charges.of_message, message_id=message_id))
