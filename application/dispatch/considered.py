"""Whom could a request have been offered to, at which cost, and why not the others? Told for the offers of a plan.

It looks at the same snapshot as the policy did, after it: nothing of it changes what was decided. Whoever can be asked
is measured by great circle first, the nearest of them by drive time and cost, and 40 are told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, is_dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

import numpy as np

from application.dispatch.approach import FARTHEST_S
from application.dispatch.board import by_urgency
from application.dispatch.lineup import NOBODY, NUMBER, REASONS, lineup_of, nearest_in, note
from application.dispatch.snapshot import Unit
from domain.decision_terms import MILLI, MOST_CANDIDATES, MOST_TOLD, Candidate, DecidedBy, Grounds, Inputs, RuledOut

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from numpy.typing import NDArray

    from application.dispatch.board import FreeShift, Search
    from application.dispatch.lineup import Lineup, Reasons
    from application.dispatch.snapshot import Match, Plan, Snapshot

MINUTE: Final = timedelta(minutes=1)

PASSED_OVER_MIN: Final = 1_440
"""Who let an offer of the request pass comes after all who did not: by a day, which is longer than any drive."""


class Named(Protocol):
    """Whoever decided: a policy, or what stands for a person."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def version(self) -> str:
        """Which of it."""
        ...


@runtime_checkable
class TellsCosts(Protocol):
    """What a policy may tell beyond ``Policy``: by which costs it compares, and whether it reckons with busy units."""

    @property
    def looks_ahead(self) -> bool:
        """Whether a unit that is busy could have been meant; else it counts as ruled out."""
        ...

    def cost_terms(
        self, search: Search, units: Sequence[Unit], snapshot: Snapshot
    ) -> Mapping[str, NDArray[np.float64]]:
        """Minutes by name, one of each name for each of the units, whose sum is compared; without a trace."""
        ...


@dataclass(frozen=True, slots=True)
class SeenAt:
    """Between which positions of the log the free shifts of a snapshot were read, and who of them was left out.

    Beside it what no log knows: see ``Inputs``. ``moved`` are free shifts, each where it was in truth; ``waiting`` are
    searching requests that were left alone.
    """

    shifts_from: int = 0
    shifts_upto: int = 0
    left_out: Sequence[tuple[FreeShift, RuledOut]] = ()
    requests_at: int = 0
    jobs_at: int = 0
    begun_at: datetime | None = None
    moved: Sequence[FreeShift] = ()
    waiting: Sequence[Search] = ()


@dataclass(slots=True)
class Considering:
    """What a policy looked at and what it said: ``of`` gives the grounds of one of its matches.

    What was decided by hand has no match: ``options`` tells whom else it could have been.
    """

    policy: Named
    snapshot: Snapshot
    plan: Plan
    seen: SeenAt = field(default=SeenAt())
    by: DecidedBy = DecidedBy.POLICY
    _lineups: dict[str, Lineup] = field(default_factory=dict, init=False)
    _ranks: dict[UUID, tuple[int, UUID]] = field(default_factory=dict, init=False)
    _request_ranks: dict[UUID, int] = field(default_factory=dict, init=False)
    _tells: TellsCosts | None = field(default=None, init=False)
    _is_ready: bool = field(default=False, init=False)

    def _get_ready(self) -> None:
        """Whose turn was when, in each tenant: told as ranks, since nobody is told another's request.

        Only when somebody asks: most plans make no offer.
        """
        self._is_ready = True
        self._tells = self.policy if isinstance(self.policy, TellsCosts) else None
        last: dict[str, int] = {}
        matches = (*self.plan.now, *self.plan.later)
        for search in sorted((match.search for match in matches), key=by_urgency):
            if search.request_id not in self._request_ranks:
                last[search.tenant] = self._request_ranks[search.request_id] = last.get(search.tenant, 0) + 1
        for match in matches:
            request_id = match.search.request_id
            self._ranks.setdefault(match.unit.shift.shift_id, (self._request_ranks[request_id], request_id))

    def of(self, match: Match) -> Grounds:
        """Why this match: everybody of its tenant is a candidate or counted under the reason that ruled it out."""
        chosen = self._lineup(match.search.tenant).place[match.unit.shift.shift_id]
        return self._grounds(match.search, chosen, match.arrives_at, match.cost_terms)

    def options(self, search: Search) -> Grounds:
        """Whom somebody could have chosen for a request, and why not the others."""
        return self._grounds(search, NOBODY, self.snapshot.at, {})

    def weigh(self, search: Search, shift_id: UUID, arrives_at: datetime) -> Candidate | RuledOut:
        """How one shift compares, when whom the policy chose would be there at that instant."""
        lineup = self._lineup(search.tenant)
        reasons = self._ruled_out(lineup, search, arrives_at)
        for found in self._candidates(lineup, search, reasons, NOBODY):
            if found.shift_id == shift_id:
                return found
        return REASONS[reasons[lineup.place[shift_id]]] or RuledOut.DEARER

    def _grounds(self, search: Search, chosen: int, arrives_at: datetime, told: Mapping[str, float]) -> Grounds:
        lineup = self._lineup(search.tenant)
        reasons = self._ruled_out(lineup, search, arrives_at)
        if chosen != NOBODY:
            reasons[chosen] = 0
        found = self._candidates(lineup, search, reasons, chosen)
        counts = np.bincount(reasons, minlength=len(REASONS))
        return Grounds(
            by=self.by,
            policy=code_of(self.policy.name),
            policy_version=code_of(self.policy.version),
            travel=travel_code(self.snapshot.travel),
            work=self.plan.work,
            rank=self._request_ranks.get(search.request_id),
            considered=len(lineup.units),
            candidates=tuple(found),
            ruled_out={
                str(reason): int(counts[number]) for reason, number in NUMBER.items() if reason and counts[number]
            },
            match_milli_min={code_of(name): int(_milli(np.array(much))) for name, much in told.items()},
            inputs=self._inputs(search, lineup, frozenset(each.shift_id for each in found)),
        )

    def _inputs(self, search: Search, lineup: Lineup, told: frozenset[UUID]) -> Inputs:
        seen, tenant = self.seen, search.tenant
        moved = [each for each in seen.moved if each.tenant == tenant and each.shift_id not in told]
        resting = [each.shift_id for each, why in seen.left_out if each.tenant == tenant and why is RuledOut.RESTING]
        waiting = [each.request_id for each in seen.waiting if each.tenant == tenant]
        return Inputs(
            request_version=search.version,
            radius_m=search.radius_m,
            passed_over=tuple(sorted(who for who, times in search.passed_over.items() for _ in range(times))),
            looked_at=self.snapshot.at,
            shifts_from=seen.shifts_from,
            shifts_upto=seen.shifts_upto,
            board_digest=lineup.board_digest,
            cells_digest=lineup.cells_digest,
            requests_at=seen.requests_at,
            jobs_at=seen.jobs_at,
            begun_at=seen.begun_at,
            moved=dict(sorted((str(each.shift_id), each.cell) for each in moved)[:MOST_TOLD]),
            resting=tuple(sorted(resting)[:MOST_TOLD]),
            waiting=tuple(sorted(waiting)[:MOST_TOLD]),
        )

    def _lineup(self, tenant: str) -> Lineup:
        if not self._is_ready:
            self._get_ready()
        lineup = self._lineups.get(tenant)
        if lineup is None:
            units = [(unit, 0) for unit in self.snapshot.units if unit.shift.tenant == tenant]
            left_out = [
                (Unit(shift, self.snapshot.at), NUMBER[why])
                for shift, why in self.seen.left_out
                if shift.tenant == tenant
            ]
            lineup = self._lineups[tenant] = lineup_of([*units, *left_out], self.snapshot)
        return lineup

    def _ruled_out(self, lineup: Lineup, search: Search, arrives_at: datetime) -> Reasons:
        """The number of the first reason against each unit, 0 for those that could be asked."""
        reasons = lineup.able(search)
        for provider_id in search.declined_by:
            note(reasons, lineup.of_provider.get(provider_id, ()), RuledOut.DECLINED_BEFORE)
        if search.radius_m is not None:
            note(reasons, lineup.beyond(search.cell, search.radius_m), RuledOut.OUT_OF_RADIUS)
        standing = (reasons == 0) & (lineup.standing > 0)
        reasons[standing] = lineup.standing[standing]
        too_late = ~lineup.idle
        if self._tells is not None and self._tells.looks_ahead:
            too_late &= lineup.free_s >= (arrives_at - self.snapshot.at).total_seconds()
        note(reasons, np.flatnonzero(too_late), RuledOut.BUSY)
        return reasons

    def _candidates(self, lineup: Lineup, search: Search, reasons: Reasons, chosen: int) -> list[Candidate]:
        """The cheapest who could be asked, and whom the policy chose in any case; ``reasons`` is told the others'."""
        measured = nearest_in(lineup, np.flatnonzero(reasons == 0), search.cell, chosen)
        cells = [lineup.units[index].shift.cell for index in measured]
        travel, at = self.snapshot.travel, self.snapshot.at
        drive_s = travel.drive_s(cells, [search.cell], at)[:, 0] if cells else np.zeros(0)
        there_is_a_way = (drive_s < FARTHEST_S) | (measured == chosen)
        note(reasons, measured[~there_is_a_way], RuledOut.NO_WAY)
        measured, drive_s = measured[there_is_a_way], np.minimum(drive_s[there_is_a_way], FARTHEST_S)
        if not len(measured):
            return []
        units = [lineup.units[index] for index in measured]
        minutes = self._terms(search, units, drive_s)
        terms = _milli(np.array(list(minutes.values())).reshape(len(minutes), len(measured)))
        costs = terms.sum(axis=0)
        # Of equals the chosen one first, then the smaller id: that is the order of the line-up.
        order = np.lexsort((measured != chosen, costs))[:MOST_CANDIDATES]
        if chosen != NOBODY and chosen not in measured[order]:
            order[-1] = np.flatnonzero(measured == chosen)[0]
        dearer = reasons == 0
        dearer[measured[order]] = False
        reasons[dearer] = NUMBER[RuledOut.DEARER]
        names = [code_of(name) for name in minutes]
        told = [
            {name: much for name, much in zip(names, each, strict=True) if much} for each in terms.T[order].tolist()
        ]
        whole_s = np.rint(drive_s[order]).astype(np.int64).tolist()
        return [self._candidate(search, units[at], *each) for at, *each in zip(order, whole_s, told, strict=True)]

    def _terms(
        self, search: Search, units: Sequence[Unit], drive_s: NDArray[np.float64]
    ) -> Mapping[str, NDArray[np.float64]]:
        if self._tells is not None:
            return self._tells.cost_terms(search, units, self.snapshot)
        return usual_terms(search, units, drive_s, self.snapshot)

    def _candidate(self, search: Search, unit: Unit, drive_s: int, terms: dict[str, int]) -> Candidate:
        rank, request_id = self._ranks.get(unit.shift.shift_id, (None, search.request_id))
        return Candidate(
            shift_id=unit.shift.shift_id,
            provider_id=unit.shift.provider_id,
            cell=unit.shift.cell,
            free_at=unit.free_at,
            drive_s=drive_s,
            cost_milli_min=sum(terms.values()),
            terms_milli_min=terms,
            given_to_rank=None if request_id == search.request_id else rank,
        )


def usual_terms(
    search: Search, units: Sequence[Unit], drive_s: NDArray[np.float64], snapshot: Snapshot
) -> dict[str, NDArray[np.float64]]:
    """The minutes until each would be there, and a day for each offer of the request that its provider let pass."""
    let_pass, terms = search.passed_over, {"drive": drive_s / 60}
    if not all(unit.is_idle for unit in units):
        terms["until_free"] = np.array([(unit.free_at - snapshot.at) / MINUTE for unit in units])
    if let_pass:
        times = np.array([let_pass.get(unit.shift.provider_id, 0) for unit in units], dtype=np.float64)
        terms["passed_over"] = PASSED_OVER_MIN * times
    return terms


def _milli(minutes: NDArray[np.float64]) -> NDArray[np.int64]:
    """Whole thousandths of a minute; what is no number, or endless, is as far as anything can be."""
    finite = np.clip(np.nan_to_num(minutes, nan=FARTHEST_S, posinf=FARTHEST_S), -FARTHEST_S, FARTHEST_S)
    thousandths: NDArray[np.int64] = np.rint(finite * MILLI).astype(np.int64)
    return thousandths


@lru_cache(maxsize=1_024)
def code_of(name: str) -> str:
    """A name or version as events write it: 80 characters that hold no sentence."""
    return re.sub(r"[^a-z0-9_.:/+-]", "_", name.lower())[:80]


def travel_code(travel: object) -> str:
    """Which drive times these are: their version, or else what they are made of."""
    made_of = repr(travel) if is_dataclass(travel) else type(travel).__name__
    return code_of(str(getattr(travel, "version", made_of)))
