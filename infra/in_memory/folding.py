"""How do read models follow a log in memory? Event by event; whoever lives from a row hears of its changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from infra.event_store.codec import decode
from projections.fact import Fact
from projections.read_model import ReadModel, Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from application.log import LoggedEvent
    from projections.read_model import Key

R = TypeVar("R", bound=Row)


class Table(Generic[R]):
    """The rows of one read model by their keys; ``changed`` hears of each row what it was and what it is."""

    def __init__(self, model: ReadModel[R], changed: Callable[[R | None, R | None], None]) -> None:
        self.model = model
        self.rows: dict[Key, R] = {}
        self._changed = changed

    def fold(self, fact: Fact) -> None:
        """Take in one fact; raises what the fold raises: there is nobody to park it for."""
        for rule in self.model.rules_for(fact):
            key = rule.key(fact)
            if key is None:
                continue
            before = self.rows.get(key)
            after = rule.fold(before, fact)
            if after is None:
                self.rows.pop(key, None)
            else:
                self.rows[key] = after
            if before is not after:
                self._changed(before, after)


def fact_of(event: LoggedEvent) -> Fact:
    """An event as read models see it."""
    return Fact(
        event.position,
        event.tenant,
        event.stream_id,
        event.version,
        event.topic,
        event.payload,
        event.actor,
        event.occurred_at,
        decode,
    )
