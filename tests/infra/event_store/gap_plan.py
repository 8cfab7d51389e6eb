"""What does each writer of the gap suite append, told by nothing but its number and a count?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid5

from application.log import COMMANDS, Save
from tests.support.saves import ACTOR, TENANT, event, save

OWN_STREAMS = 7
COMMON_STREAMS = 3


@dataclass(frozen=True)
class Step:
    """One save: events of a stream of the writer's own, and perhaps one at the end of a common stream."""

    key: str
    own: str
    first_version: int
    events: int
    common: str | None

    @property
    def total(self) -> int:
        """Events of this save."""
        return self.events + (self.common is not None)

    @property
    def command_id(self) -> UUID:
        """As the log's context makes it."""
        return uuid5(COMMANDS, f"{TENANT}\n{ACTOR}\n{self.key}")

    def save(self) -> Save:
        """For our log."""
        facts = [event(self.own, self.first_version + i) for i in range(self.events)]
        if self.common is not None:
            facts.insert(1, event(self.common))
        return save(self.key, *facts)


def steps(writer: int, count: int) -> Iterator[Step]:
    """The first ``count`` saves of a writer."""
    versions = dict.fromkeys(range(OWN_STREAMS), 1)
    for number in range(count):
        own = number % OWN_STREAMS
        events = 1 + number % 3
        common = f"common {number % COMMON_STREAMS}" if number % 3 == 2 else None
        yield Step(f"{writer}/{number}", f"writer {writer} stream {own}", versions[own], events, common)
        versions[own] += events


def saves_for(events: int, writers: int) -> int:
    """Saves of each writer, so that all of them together append at least ``events`` events."""
    saves = total = 0
    while total * writers < events:
        total += 1 + saves % 3 + (saves % 3 == 2)
        saves += 1
    return saves
