"""Which of the positions that were sent are kept, and which are refused, for which reason?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from domain.positions import BELIEVED, REFUSED, Ping, PingLimits, Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class Report:
    """One ping of one shift, as it was sent."""

    shift_id: UUID
    ping: Ping


@dataclass(frozen=True, slots=True)
class Seen:
    """One ping that was believed, and when it came in."""

    shift_id: UUID
    ping: Ping
    received_at: datetime


@dataclass(slots=True)
class Taken:
    """What became of a batch. ``refused`` names the place in the batch and the code, in order."""

    accepted: int = 0
    duplicates: int = 0
    late: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


class PositionStore(Protocol):
    """Keeps where crews were, and knows where each was last."""

    async def last(self, tenant: str, shift_ids: Sequence[UUID], at: datetime) -> Mapping[UUID, Seen]:
        """The newest position of each shift, as far as one of the last day is known."""
        ...

    async def keep(self, tenant: str, seen: Sequence[Seen]) -> frozenset[tuple[UUID, datetime]]:
        """Keep them; those that were new, by shift and instant. Any order, any number of times, by any process."""
        ...

    async def forget(self, tenant: str, shift_ids: Sequence[UUID]) -> int:
        """Erase every position of these shifts; how many there were."""
        ...


@dataclass(frozen=True, slots=True)
class Owner:
    """Of which company, and of which of its crew, a shift is."""

    provider_id: UUID
    crew_id: UUID


class ShiftOwners(Protocol):
    """Knows whose a shift is."""

    async def owners(self, tenant: str, shift_ids: Iterable[UUID]) -> Mapping[UUID, Owner]:
        """Whose each of these shifts is that is on duty."""
        ...


async def take_positions(
    actor: Actor,
    reports: Sequence[Report],
    store: PositionStore,
    owners: ShiftOwners,
    limits: PingLimits,
    at: datetime,
) -> Taken:
    """Judge a batch and keep what is believed.

    A provider speaks for its own shifts, a driver for their own, the desk for all of its tenant; any other shift is
    unknown to them, whether it exists or not. Safe to repeat, whole or in part, in any order and from several processes
    at once.
    """
    whose = await owners.owners(actor.tenant, sorted({report.shift_id for report in reports}))
    ours = sorted(shift_id for shift_id, owner in whose.items() if may_speak_for(actor, owner))
    last = {shift_id: seen.ping for shift_id, seen in (await store.last(actor.tenant, ours, at)).items()}
    taken = Taken()
    believed: dict[tuple[UUID, datetime], Verdict] = {}
    to_keep: list[Seen] = []
    for index, verdict in _judged(reports, frozenset(ours), last, limits, at):
        report = reports[index]
        if verdict in BELIEVED:
            believed[report.shift_id, report.ping.taken_at] = verdict
            to_keep.append(Seen(report.shift_id, report.ping, at))
        elif verdict is Verdict.AGAIN:
            taken.duplicates += 1
        elif verdict in REFUSED:
            taken.refused.append((index, verdict.value))
    new = await store.keep(actor.tenant, to_keep) if to_keep else frozenset()
    taken.accepted = len(new)
    taken.late = sum(believed[key] is Verdict.LATE for key in new)
    taken.duplicates += len(to_keep) - len(new)
    taken.refused.sort()
    return taken


def _judged(
    reports: Sequence[Report], ours: frozenset[UUID], last: dict[UUID, Ping], limits: PingLimits, at: datetime
) -> Iterator[tuple[int, Verdict]]:
    """The verdict on each report: the oldest first, whatever order a phone sends them in, for each is judged against
    what was true before it.
    """
    met: set[tuple[UUID, datetime]] = set()
    for index in sorted(range(len(reports)), key=lambda each: (reports[each].ping.taken_at, each)):
        shift_id, ping = reports[index].shift_id, reports[index].ping
        if shift_id not in ours:
            yield index, Verdict.UNKNOWN_SHIFT
            continue
        verdict = Verdict.AGAIN if (shift_id, ping.taken_at) in met else judge(ping, last.get(shift_id), at, limits)
        if verdict in BELIEVED:
            met.add((shift_id, ping.taken_at))
        if verdict is Verdict.NEWER:
            last[shift_id] = ping
        yield index, verdict


def may_speak_for(actor: Actor, owner: Owner) -> bool:
    """Whether that shift is the actor's."""
    return actor.is_desk or actor.works_as(owner.provider_id, owner.crew_id)
