"""When was a policy asked, as decisions of a log tell it, and what did it see that no log knows?"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from application.dispatch.approach import Pace
from domain.decision import Decision
from domain.decision_terms import DecidedBy
from infra.event_store import codec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import timedelta

    from application.dispatch.board import Search
    from application.log import LoggedEvent

MADE: Final = Decision.Made.TOPIC
PACE: Final = re.compile(r"pace_detour_percent_([\d.]+)__kmh_([\d.]+)_")
"""How decisions name drive times that follow from great circles at one pace."""


@dataclass(frozen=True, slots=True)
class Look:
    """When a policy was asked, which, and between which positions of the log the board was read.

    ``cells`` are those of shifts that were not where the log has them; see ``domain.decision_terms.Inputs``.
    """

    at: datetime
    shifts_from: int
    shifts_upto: int
    requests_at: int
    jobs_at: int
    policy: str
    policy_version: str
    travel: str
    begun_at: datetime | None
    cells: Mapping[UUID, str]
    resting: frozenset[UUID]
    waiting: frozenset[UUID]
    knows_cash_limits: bool

    @property
    def key(self) -> tuple[object, ...]:
        """The same for all decisions of one plan."""
        return self.at, self.shifts_from, self.shifts_upto, self.policy, self.policy_version, self.travel, self.begun_at

    def is_ripe(self, search: Search, offers_may_be_behind: timedelta) -> bool:
        """Whether the policy was told of a search."""
        if self.begun_at is not None:
            return search.request_id not in self.waiting
        return search.position <= self.shifts_from or self.at - search.updated_at > offers_may_be_behind


def joined(looks: Sequence[Look]) -> Look:
    """What the decisions of one plan tell together: each tells of its own tenant, and of all but its candidates."""
    return replace(
        looks[0],
        cells={shift_id: cell for look in looks for shift_id, cell in look.cells.items()},
        resting=frozenset().union(*(look.resting for look in looks)),
        waiting=frozenset().union(*(look.waiting for look in looks)),
    )


def looks_of(recorded: Sequence[LoggedEvent]) -> Iterator[tuple[Look, LoggedEvent]]:
    """Every decision of a policy that looked at a board, in the order in which policies were asked."""
    looks = [(look, event) for event in recorded if event.topic == MADE and (look := _look_of(event)) is not None]
    yield from sorted(looks, key=lambda each: each[0].at)


def pace_of(travel: str) -> Pace | None:
    """Drive times at one pace, by the name that decisions give them; None for others."""
    pace = PACE.fullmatch(travel)
    return Pace(_number(pace[1]), _number(pace[2])) if pace else None


def _number(text: str) -> float:
    """As it was written: 135 is not 135.0 to whoever compares bytes."""
    return float(text) if "." in text else int(text)


def _look_of(event: LoggedEvent) -> Look | None:
    """None for what a person decided, or what looked at no board."""
    told = codec.decode(event.topic, event.payload)
    inputs = cast("Mapping[str, object] | None", told["inputs"])
    if inputs is None or told["by"] != DecidedBy.POLICY:
        return None
    at, begun_at = datetime.fromisoformat(str(inputs["looked_at"])), inputs["begun_at"]
    moved = cast("Mapping[str, str]", inputs["moved"])
    candidates = cast("Sequence[Mapping[str, object]]", told["candidates"])
    idle = {UUID(str(one["shift_id"])): str(one["cell"]) for one in candidates if _at(one["free_at"]) == at}
    return Look(
        at,
        int(str(inputs["shifts_from"])),
        int(str(inputs["shifts_upto"])),
        int(str(inputs["requests_at"])),
        int(str(inputs["jobs_at"])),
        str(told["policy"]),
        str(told["policy_version"]),
        str(told["travel"]),
        None if begun_at is None else _at(begun_at),
        idle | {UUID(shift_id): cell for shift_id, cell in moved.items()},
        _ids(inputs["resting"]),
        _ids(inputs["waiting"]),
        bool(inputs["knows_cash_limits"]),
    )


def _at(told: object) -> datetime:
    return datetime.fromisoformat(str(told))


def _ids(told: object) -> frozenset[UUID]:
    return frozenset(UUID(str(each)) for each in cast("Sequence[object]", told))
