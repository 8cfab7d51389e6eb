"""How is what a save tells kept before its events, where the personal store is a database of its own?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from application.log import EventLog

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from application.log import CommandContext, LoggedEvent, Receipt, Save
    from application.personal import PersonalStore


class KeptFirst(EventLog):
    """An event log that puts into the personal store first, and appends when that is durable."""

    def __init__(self, log: EventLog, personal: PersonalStore) -> None:
        self._log = log
        self._personal = personal

    async def append(self, save: Save) -> Receipt:
        """See ``EventLog.append``."""
        told = save.told
        if told is not None:
            context = save.context
            await self._personal.put(context.tenant, told.person_id, told.records, context.command_id)
            save = msgspec.structs.replace(save, told=None)
        return await self._log.append(save)

    async def read_stream(
        self, tenant: str, stream_id: UUID, after_version: int = -1, upto_position: int | None = None
    ) -> Sequence[LoggedEvent]:
        """See ``EventLog.read_stream``."""
        return await self._log.read_stream(tenant, stream_id, after_version, upto_position)

    async def recall(self, context: CommandContext) -> Receipt | None:
        """See ``EventLog.recall``."""
        return await self._log.recall(context)


__all__ = ["KeptFirst"]
