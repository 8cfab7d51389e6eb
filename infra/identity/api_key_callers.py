"""For whom does an API key speak now? Looked up once every two seconds at the most, and told when it was used."""

from __future__ import annotations

import asyncio
import hmac
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Final

from application.log import LogUnavailable
from domain.actor import Actor, Role
from infra.identity.access_tokens import BadToken, Caller
from infra.identity.api_key import ApiKey, read_key
from infra.telemetry.logging import log

if TYPE_CHECKING:
    from uuid import UUID

    from infra.identity.api_key_table import ApiKeyTable, KeptKey

# A key that is revoked opens nothing after this, at whichever process; meanwhile a call costs no look.
FRESH_S: Final = 2.0
# More than all partners' systems together. Unknown ids are remembered too; whatever they push out is looked up again.
REMEMBERED: Final = 4_096
NOTED_EVERY: Final = timedelta(minutes=1)
KEY: Final = "api_key"


@dataclass(frozen=True, slots=True)
class _Look:
    kept: KeptKey | None
    caller: Caller | None
    at: float


class ApiKeyCallers:
    """Belongs to the loop that asks; raises what the table raises when it cannot be asked."""

    def __init__(self, table: ApiKeyTable, fresh_s: float = FRESH_S, most: int = REMEMBERED) -> None:
        self._table = table
        self._most = most
        self._fresh_s = fresh_s
        self._looks: OrderedDict[UUID, _Look] = OrderedDict()
        self._noted: dict[UUID, datetime] = {}
        self._noting: set[asyncio.Task[None]] = set()

    async def caller(self, text: str, at: datetime) -> Caller:
        """Whom the key speaks for; raises BadToken or LogUnavailable."""
        key = read_key(text)
        look = self._looks.get(key.key_id)
        if look is None or monotonic() - look.at > self._fresh_s:
            look = await self._look(key.key_id)
        kept, caller = look.kept, look.caller
        if kept is None or caller is None or not kept.is_good(at) or not _opens(kept, key, at):
            raise BadToken
        if at - self._noted.get(key.key_id, kept.used_at or datetime.min.replace(tzinfo=UTC)) >= NOTED_EVERY:
            self._note(key.key_id, at)
        return caller

    @property
    def remembered(self) -> int:
        """Of how many keys it is known what they open, or that they open nothing."""
        return len(self._looks)

    def forget(self, key_id: UUID) -> None:
        """It was changed here: the next call looks again."""
        self._looks.pop(key_id, None)

    async def stop(self) -> None:
        """Wait for what is being noted."""
        await asyncio.gather(*self._noting, return_exceptions=True)

    async def _look(self, key_id: UUID) -> _Look:
        asked = monotonic()
        kept = await self._table.one(key_id)
        look = self._looks[key_id] = _Look(kept, None if kept is None else _caller(kept), asked)
        self._looks.move_to_end(key_id)
        if len(self._looks) > self._most:
            forgotten, _ = self._looks.popitem(last=False)
            self._noted.pop(forgotten, None)
        return look

    def _note(self, key_id: UUID, at: datetime) -> None:
        self._noted[key_id] = at
        task = asyncio.get_running_loop().create_task(self._note_use(key_id, at))
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)

    async def _note_use(self, key_id: UUID, at: datetime) -> None:
        try:
            await self._table.note_use(key_id, at)
        except LogUnavailable as error:
            log(__name__).warning("use_of_key_not_noted", error=str(error))


def _caller(kept: KeptKey) -> Caller:
    actor = Actor(Role.PARTNER, kept.partner_id, kept.tenant)
    return Caller(actor, None, (KEY,), kept.expires_at.timestamp(), frozenset(kept.scopes))


def _opens(kept: KeptKey, key: ApiKey, at: datetime) -> bool:
    """Both are compared, whichever it is, each in constant time."""
    is_live = hmac.compare_digest(key.digest, kept.digest)
    is_old = kept.digest_old is not None and hmac.compare_digest(key.digest, kept.digest_old)
    return is_live or (is_old and kept.old_until is not None and at < kept.old_until)
