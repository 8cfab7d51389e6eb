"""Which of the positions that were sent are kept, and which are refused, for which reason?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from domain.positions import BELIEVED, REFUSED, Ping, PingLimits, Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
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


class ShiftOwners(Protocol):
    """Knows whose a shift is."""

    async def owners(self, tenant: str, shift_ids: Iterable[UUID]) -> Mapping[UUID, UUID]:
        """The provider of each of these shifts that is on duty."""
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

    A provider speaks for its own shifts, the desk for all of its tenant; any other shift is unknown to them, whether
    it exists or not. Safe to repeat, whole or in part, in any order and from several processes at once.
    """
    shift_ids = sorted({report.shift_id for report in reports})
    whose = await owners.owners(actor.tenant, shift_ids)
    ours = {shift_id for shift_id, provider_id in whose.items() if _may_speak_for(actor, provider_id)}
    last = {shift_id: seen.ping for shift_id, seen in (await store.last(actor.tenant, sorted(ours), at)).items()}
    taken = Taken()
    believed: dict[tuple[UUID, datetime], Seen] = {}
    late: set[tuple[UUID, datetime]] = set()
    # The oldest first, whatever order a phone sends them in: each is judged against what was true before it.
    for index in sorted(range(len(reports)), key=lambda each: (reports[each].ping.taken_at, each)):
        report = reports[index]
        key = report.shift_id, report.ping.taken_at
        verdict = Verdict.UNKNOWN_SHIFT
        if report.shift_id in ours:
            verdict = Verdict.AGAIN if key in believed else judge(report.ping, last.get(report.shift_id), at, limits)
        if verdict in BELIEVED:
            believed[key] = Seen(report.shift_id, report.ping, at)
        if verdict is Verdict.NEWER:
            last[report.shift_id] = report.ping
        elif verdict is Verdict.LATE:
            late.add(key)
        elif verdict is Verdict.AGAIN:
            taken.duplicates += 1
        elif verdict in REFUSED:
            taken.refused.append((index, verdict.value))
    new = await store.keep(actor.tenant, list(believed.values())) if believed else frozenset()
    taken.accepted = len(new)
    taken.late = len(new & late)
    taken.duplicates += len(believed) - len(new)
    taken.refused.sort()
    return taken


def _may_speak_for(actor: Actor, provider_id: UUID) -> bool:
    return actor.is_desk or actor.is_provider(provider_id)
