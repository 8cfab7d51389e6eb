"""What do tests of the log append? Small saves, each a command of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from application.log import CommandContext, NewEvent, Save, fingerprint_of

if TYPE_CHECKING:
    from collections.abc import Sequence

TENANT = "demo"
ACTOR = "customer:usr_1"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
STREAMS = UUID("5ca1ab1e-0000-4000-8000-000000000001")


def stream(name: str) -> UUID:
    """The stream of that name, the same in every process."""
    return uuid5(STREAMS, name)


def context(key: str, content: str = "", tenant: str = TENANT, actor: str = ACTOR) -> CommandContext:
    """A command called ``key``; ``content`` is what its fingerprint is made of."""
    return CommandContext(tenant, actor, key, fingerprint_of(content), uuid5(STREAMS, f"correlation {key}"), NOON)


def event(
    name: str, version: int | None = None, payload: bytes = b"{}", topic: str = "thing.done", after_s: int = 0
) -> NewEvent:
    """A fact of the stream ``name``; without a version it goes to the end."""
    return NewEvent(stream(name), version, topic, payload, NOON + timedelta(seconds=after_s))


def save(key: str, *events: NewEvent, content: str = "", answer: bytes = b'{"done":{}}', tenant: str = TENANT) -> Save:
    """One command and its facts; without any it is a refusal."""
    return Save(context(key, content, tenant), tuple(events), answer)


def positions_of(saves: Sequence[tuple[int, int]]) -> list[int]:
    """Every position between the first and the last of each receipt."""
    return [position for first, last in saves for position in range(first, last + 1)]
