"""Whom could a request have been offered to, at which cost, and why not the others? Told for the offers of a plan.

It looks at the same snapshot as the policy did, after it: nothing of it changes what was decided.
"""

from __future__ import annotations

from dataclasses import dataclass, field, is_dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from application.dispatch.board import by_urgency
from application.dispatch.compared import Row, TellsCosts, compared, milli
from application.dispatch.lineup import NOBODY, NUMBER, REASONS, lineup_of
from application.dispatch.snapshot import Unit
from domain.decision_terms import MOST_TOLD, Candidate, DecidedBy, Grounds, Inputs, RuledOut, code_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.board import FreeShift, Search
    from application.dispatch.compared import Compared
    from application.dispatch.lineup import Lineup
    from application.dispatch.snapshot import Match, Plan, Snapshot


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
    knows_cash_limits: bool = False


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
    _meant: dict[str, dict[int, tuple[int, UUID]]] = field(default_factory=dict, init=False)
    _ranks: dict[int, tuple[int, UUID]] = field(default_factory=dict, init=False)
    _request_ranks: dict[UUID, int] = field(default_factory=dict, init=False)
    _tells: TellsCosts | None = field(default=None, init=False)
    _travel: str = field(default="", init=False)
    _is_ready: bool = field(default=False, init=False)

    def _get_ready(self) -> None:
        """Whose turn was when, in each tenant: told as ranks, since nobody is told another's request.

        Only when somebody asks: most plans make no offer.
        """
        self._is_ready = True
        self._tells = self.policy if isinstance(self.policy, TellsCosts) else None
        self._travel = travel_code(self.snapshot.travel)
        last: dict[str, int] = {}
        matches = (*self.plan.now, *self.plan.later)
        for search in sorted((match.search for match in matches), key=by_urgency):
            if search.request_id not in self._request_ranks:
                last[search.tenant] = self._request_ranks[search.request_id] = last.get(search.tenant, 0) + 1
        for match in matches:
            request_id = match.search.request_id
            self._ranks.setdefault(match.unit.shift.shift_id.int, (self._request_ranks[request_id], request_id))

    def of(self, match: Match) -> Grounds:
        """Why this match: everybody of its tenant is a candidate or counted under the reason that ruled it out."""
        return self.of_each([match])[0]

    def of_each(self, matches: Sequence[Match]) -> list[Grounds]:
        """The same of many matches, each as if it were told alone."""
        told: list[Grounds | None] = [None] * len(matches)
        for tenant in dict.fromkeys(match.search.tenant for match in matches):
            here = [n for n, match in enumerate(matches) if match.search.tenant == tenant]
            place = self._lineup(tenant).place
            places = {n: place[matches[n].unit.shift.shift_id.int] for n in here}
            rows = [Row(matches[n].search, places[n], matches[n].arrives_at) for n in here]
            for n, grounds in zip(here, self._grounds(rows, [matches[n].cost_terms for n in here]), strict=True):
                told[n] = grounds
        return [grounds for grounds in told if grounds is not None]

    def options(self, search: Search) -> Grounds:
        """Whom somebody could have chosen for a request, and why not the others."""
        return self._grounds([Row(search, NOBODY, self.snapshot.at)], [{}])[0]

    def weigh(self, search: Search, shift_id: UUID, arrives_at: datetime) -> Candidate | RuledOut:
        """How one shift compares, when whom the policy chose would be there at that instant."""
        lineup, row = self._lineup(search.tenant), Row(search, NOBODY, arrives_at)
        at, (found,) = lineup.place[shift_id.int], compared(lineup, [row], self.snapshot, self._tells)
        for candidate in self._candidates(search, lineup, found):
            if candidate.shift_id == shift_id:
                return candidate
        return REASONS[found.reasons[at]] or RuledOut.DEARER

    def _grounds(self, rows: Sequence[Row], told: Sequence[Mapping[str, float]]) -> list[Grounds]:
        """Of rows of one tenant, each with the terms that the policy told of it."""
        lineup = self._lineup(rows[0].search.tenant)
        each_alone = compared(lineup, rows, self.snapshot, self._tells)
        return [
            self._grounds_of(row.search, lineup, found, terms)
            for row, found, terms in zip(rows, each_alone, _milli_of_each(told), strict=True)
        ]

    def _grounds_of(self, search: Search, lineup: Lineup, found: Compared, told: dict[str, int]) -> Grounds:
        counts = np.bincount(found.reasons, minlength=len(REASONS)).tolist()
        candidates = self._candidates(search, lineup, found)
        return Grounds(
            by=self.by,
            policy=code_of(self.policy.name),
            policy_version=code_of(self.policy.version),
            travel=self._travel,
            work=self.plan.work,
            rank=self._request_ranks.get(search.request_id),
            considered=len(lineup.units),
            candidates=candidates,
            ruled_out={str(reason): count for reason, count in zip(REASONS, counts, strict=True) if reason and count},
            match_milli_min=told,
            inputs=self._inputs(search, lineup, candidates),
        )

    def _inputs(self, search: Search, lineup: Lineup, candidates: Sequence[Candidate]) -> Inputs:
        seen, tenant = self.seen, search.tenant
        moved = [each for each in seen.moved if each.tenant == tenant]
        if moved:
            told = {each.shift_id for each in candidates}
            moved = [each for each in moved if each.shift_id not in told]
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
            knows_cash_limits=seen.knows_cash_limits,
        )

    def _lineup(self, tenant: str) -> Lineup:
        if not self._is_ready:
            self._get_ready()
        lineup = self._lineups.get(tenant)
        if lineup is None:
            units = self.snapshot.units_of(tenant)
            left_out = [
                (Unit(shift, self.snapshot.at), NUMBER[why])
                for shift, why in self.seen.left_out
                if shift.tenant == tenant
            ]
            lineup = self._lineups[tenant] = lineup_of(units, left_out, self.snapshot)
            place = lineup.place
            self._meant[tenant] = {place[shift]: to for shift, to in self._ranks.items() if shift in place}
        return lineup

    def _candidates(self, search: Search, lineup: Lineup, found: Compared) -> tuple[Candidate, ...]:
        """By position, since a plan has thousands of them."""
        units, meant = lineup.units, self._meant.get(search.tenant, {})
        told = []
        for place, drive_s, terms, cost in zip(found.places, found.drives_s, found.terms, found.costs, strict=True):
            unit, given_to = units[place], meant.get(place)
            shift, rank = unit.shift, None if given_to is None or given_to[1] == search.request_id else given_to[0]
            told.append(
                Candidate(shift.shift_id, shift.provider_id, shift.cell, unit.free_at, drive_s, cost, terms, rank)
            )
        return tuple(told)


def _milli_of_each(told: Sequence[Mapping[str, float]]) -> list[dict[str, int]]:
    thousandths = iter(milli(np.array([much for terms in told for much in terms.values()], dtype=np.float64)).tolist())
    return [{code_of(name): next(thousandths) for name in terms} for terms in told]


def travel_code(travel: object) -> str:
    """Which drive times these are: their version, or else what they are made of."""
    made_of = repr(travel) if is_dataclass(travel) else type(travel).__name__
    return code_of(str(getattr(travel, "version", made_of)))
