"""What does the application need of the log? Atomic, idempotent saves, and whole streams back."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import force_setattr

from application.personal import Told

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = UUID("6f1d0e1a-6f0a-5c39-9f0e-0d6f6d1c2b11")
"""The uuid5 namespace in which a command's id is a fact of (tenant, actor, key)."""

NOT_YET: Final = UUID(int=0)


class CommandContext(Struct, frozen=True):
    """Who orders what, and under which name the answer is remembered.

    ``key`` is the caller's idempotency key, ``fingerprint`` 16 bytes over the command's content:
    the same key with another fingerprint is refused. ``at`` is the instant of the command (aware, UTC).
    """

    tenant: str
    actor: str
    key: str
    fingerprint: bytes
    correlation_id: UUID
    at: datetime
    causation_id: UUID | None = None
    command_id: UUID = NOT_YET
    """Follows from tenant, actor and key; never given."""

    def __post_init__(self) -> None:
        force_setattr(self, "command_id", uuid5(COMMANDS, f"{self.tenant}\n{self.actor}\n{self.key}"))


def fingerprint_of(*parts: bytes | str) -> bytes:
    """16 bytes that differ when any part differs (BLAKE2b, parts length-prefixed)."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        digest.update(len(raw).to_bytes(8, "big"))
        digest.update(raw)
    return digest.digest()


class NewEvent(Struct, frozen=True):
    """A fact on its way into the log; ``version`` None means: at the end, whatever that is."""

    stream_id: UUID
    version: int | None
    topic: str
    payload: bytes
    occurred_at: datetime


class Save(Struct, frozen=True):
    """One command's facts and its answer: all of it stands, or none.

    ``answer`` is UTF-8 JSON, kept with the receipt and given back when the command is repeated.
    A refusal is a save without events. ``unchanged`` names streams that were only read, with the version that was
    read: when one of them has moved on, the save conflicts like one that was overtaken on a stream it writes.
    ``told`` is what the events refer to by record ids: it is kept first, so that no event stands without it.
    """

    context: CommandContext
    events: tuple[NewEvent, ...]
    answer: bytes = b"{}"
    unchanged: tuple[tuple[UUID, int], ...] = ()
    told: Told | None = None


class Receipt(Struct, frozen=True):
    """What the log says of a save.

    ``position`` is that of the save's last event (of the log's head, for a save without events);
    ``first_position`` is that of its first; ``versions`` are those the events got, in order.
    ``replayed`` tells that the command had been done before: ``answer`` is the first answer.
    """

    position: int
    first_position: int
    versions: tuple[int, ...]
    answer: bytes
    replayed: bool


class LoggedEvent(Struct, frozen=True):
    """A fact as the log keeps it; ``payload`` is UTF-8 JSON, instants are aware UTC."""

    position: int
    tenant: str
    stream_id: UUID
    version: int
    topic: str
    payload: bytes
    command_id: UUID | None
    correlation_id: UUID | None
    causation_id: UUID | None
    actor: str
    occurred_at: datetime
    recorded_at: datetime


class VersionConflict(Exception):
    """Somebody else's save reached the stream first; reload and decide again."""

    def __init__(self, stream_id: UUID, expected: int | None, actual: int | None) -> None:
        super().__init__(f"stream {stream_id} is at version {actual}, this save expected {expected}")
        self.stream_id = stream_id
        self.expected = expected
        self.actual = actual


class KeyReused(Exception):
    """The idempotency key was used before for a command with other content."""


class LogUnavailable(Exception):
    """The log cannot be reached or did not answer in time; try again with the same key."""


class LogSkipDetected(Exception):
    """A reader saw a position that does not follow the one before: an event is missing."""

    def __init__(self, expected: int, found: int) -> None:
        super().__init__(f"expected position {expected}, found {found}")
        self.expected = expected
        self.found = found


class EventLog(Protocol):
    """The append-only log as the application sees it (asyncio)."""

    async def append(self, save: Save) -> Receipt:
        """Write a save durably.

        Raises VersionConflict, KeyReused or LogUnavailable; after any of them nothing of the save stands,
        save that after LogUnavailable the outcome is unknown until the same save is sent again.
        A save that tells of a person can also raise what ``PersonalStore.put`` raises; then it was not appended.
        """
        ...

    async def read_stream(
        self, tenant: str, stream_id: UUID, after_version: int = -1, upto_position: int | None = None
    ) -> Sequence[LoggedEvent]:
        """One stream's events in order of version; empty when there is no such stream."""
        ...

    async def recall(self, context: CommandContext) -> Receipt | None:
        """What this command was answered before (``replayed`` is true), or None; raises KeyReused or LogUnavailable."""
        ...
