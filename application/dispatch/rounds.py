"""What does dispatch do in one round? Act on timers, then ask whom the policy means for the searching requests."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from application.dispatch import orders
from application.dispatch.answering import LearntPatience
from application.dispatch.approach import Pace
from application.dispatch.asking import Asking, asked_together
from application.dispatch.board import Due, TimerKind
from application.dispatch.cash_stops import heeding_cash_limits
from application.dispatch.considered import Considering, SeenAt
from application.dispatch.deciding import at_once
from application.dispatch.due import Rules, what_is_due
from application.dispatch.learning import Learning
from application.dispatch.offering import ask
from application.dispatch.ordering import Ordering, RunsCommands
from application.dispatch.orphans import orphans, without_timer
from application.dispatch.policies.nearest_first_come import NearestFirstCome
from application.dispatch.sight import busy_units, idle_units
from application.dispatch.snapshot import Snapshot
from application.dispatch.whereabouts import Nowhere, Whereabouts, placed
from application.dispatch.willing import LearntWillingness, Willing
from application.dispatch.work_times import MeanWorkTimes, WorkTimes
from domain.decision_terms import RuledOut

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from application.dispatch.board import BusyShift, DispatchBoard, FreeShift, Open, Positions, Search
    from application.dispatch.deciding import Deciding
    from application.dispatch.snapshot import Match, Policy
    from application.dispatch.watched import Watch
    from application.travel import DriveTimes
    from domain.decision_terms import Grounds

NOT_DECIDED = frozenset({"contended", "log_unavailable", "stale_version"})
"""Answers that say nothing about the order itself."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a round may do, and how soon what failed is tried again."""

    look_again_after: timedelta = timedelta(seconds=2)
    """A search that found nobody is tried at every change of the board, and this often without one."""
    shift_rests_for: timedelta = timedelta(seconds=30)
    """A shift that was refused is left alone until it changes, or this long: as long as a refusal holds."""
    offers_may_be_behind: timedelta = timedelta(seconds=1)
    """The list of offers is waited for this long, so that whoever let an offer pass is not asked again at once."""
    most_searches: int = 10_000
    """Requests read in a round: more than a city has open; beyond it the check for orphans raises the alarm."""
    most_shifts: int = 50_000
    """Free shifts read in a round: the largest fleets of a country."""
    most_offers: int = 200
    """Commands ordered at once: one group commit, done before the next poll."""
    most_timers: int = 500
    """Timers acted on in a round, for the same reason; the rest follow in the next."""
    learns_from: timedelta = timedelta(days=28)
    """Finished jobs and answers that a dispatcher that has just started learns from: every hour of four weeks."""
    most_finished: int = 20_000
    """Finished jobs, and answers, read at once: a month of a large city; the means would not move for more."""
    position_is_fresh_for: timedelta = timedelta(seconds=60)
    """Where a crew was a minute ago is nearer to the truth than where its last job ended; later, it may be neither."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What dispatch decides with: the policy, the drive times, what is learnt of work and of answers, how it asks."""

    policy: Policy = field(default_factory=NearestFirstCome)
    travel: DriveTimes = field(default=Pace())
    work_times: WorkTimes = field(default_factory=MeanWorkTimes)
    willing: Willing = field(default_factory=LearntWillingness)
    patience: LearntPatience = field(default_factory=LearntPatience)
    asking: Asking = field(default=Asking())


class Rounds:
    """Carries decisions out through the engine. All it remembers may be forgotten at any time."""

    def __init__(
        self,
        board: DispatchBoard,
        engine: RunsCommands,
        limits: Limits,
        watch: Watch,
        rules: Rules | None = None,
        whereabouts: Whereabouts | None = None,
        judgement: Judgement | None = None,
        deciding: Deciding = at_once,
    ) -> None:
        self._board = board
        self._ordering = Ordering(engine, watch)
        self._limits = limits
        self._watch = watch
        self._rules = rules or Rules()
        self._whereabouts = whereabouts or Nowhere()
        self._judgement = judgement or Judgement()
        self._deciding = deciding
        self._learning = Learning(self._judgement.work_times, self._judgement.willing, self._judgement.patience)
        self._begun_at: datetime | None = None
        self._decides_again_at: datetime | None = None
        self._counts_again_at: datetime | None = None
        self._seen: Positions | None = None
        self._look_again_at: datetime | None = None
        self._held: dict[tuple[UUID, object], datetime] = {}
        self.looked_at: frozenset[UUID] = frozenset()

    async def round(self, at: datetime) -> bool:
        """Do what is due at that instant; True when there is more that need not wait. Raises what the board raises."""
        self._begun_at = self._begun_at or at
        # The position first: rows read after it are at least as new, so that no change is overlooked.
        positions = await self._board.positions()
        more, acted_on = await self._act_on_timers(at)
        if positions != self._seen or self._look_again_at is None or at >= self._look_again_at:
            self._look_again_at = at + self._limits.look_again_after
            await self._ask_whom_the_policy_means(acted_on, at)
            self._seen = positions
        return more or self._look_again_at <= at

    async def find_orphans(self, at: datetime, patience: timedelta) -> list[Open]:
        """Searching requests that nothing drives on; there must be none."""
        return orphans(await self._board.open_requests(self._limits.most_searches), self.looked_at, at, patience)

    async def rescue(self, forgotten: Sequence[Open], at: datetime) -> None:
        """Do for those without a timer what it would have ordered, which gives them one again."""
        for each in without_timer(forgotten):
            kind = TimerKind.SEARCH_DUE if each.live_offer_id is None else TimerKind.OFFER_LAPSES
            due = Due(each.tenant, each.live_offer_id or each.request_id, kind, at, each.request_id, at)
            await self._ordering.order(
                "rescue", each.request_id, orders.to_rescue(each, at), what_is_due(due, at, self._rules)
            )

    async def _act_on_timers(self, at: datetime) -> tuple[bool, set[UUID]]:
        # Beside what can be acted on, the list holds what was refused a moment ago: that must not crowd out the rest.
        resting = sum(isinstance(standing, datetime) for _, standing in self._held)
        due = await self._board.due(at, self._limits.most_timers + resting)
        self._watch.timers_due(len(due))
        pending = [each for each in due if not self._is_held(each.subject_id, each.due_at, at)]
        of_request: dict[UUID, list[Due]] = {}
        for each in pending:
            of_request.setdefault(each.request_id or each.subject_id, []).append(each)
        if of_request:
            await asyncio.gather(*(self._act_in_turn(same, at) for same in of_request.values()))
        full = len(due) >= self._limits.most_timers and bool(pending)
        return full, {each.subject_id for each in pending}

    async def _ask_whom_the_policy_means(self, acted_on: set[UUID], at: datetime) -> None:
        async with self._board.one_moment() as positions:
            shifts = await self._board.free_shifts(self._limits.most_shifts)
            if not shifts and self._counts_again_at is not None and at < self._counts_again_at:
                return  # nobody can be asked: thousands who wait are not read again at each call that comes in
            self._counts_again_at = at + self._limits.look_again_after
            waiting = await self._board.searches(self._limits.most_searches)
            searches = await heeding_cash_limits(self._board, waiting, at)
            self._held = {key: until for key, until in self._held.items() if until > at}
            self.looked_at = frozenset(search.request_id for search in searches)
            ripe = [each for each in searches if each.request_id not in acted_on and self._is_ripe(each, positions, at)]
            busy = await self._learn_and_see_who_works(ripe, at)
        if busy is None:
            said = None
        else:
            ready = {each.request_id for each in ripe}
            waiting = [each for each in searches if each.request_id not in ready]
            said = await self._plan(ripe, waiting, shifts, busy, positions, at)
        unserved = len(said.plan.unserved) if said else 0
        self._watch.looked(searches, unserved, len(shifts), _longest_wait_s(searches, at))
        if said is not None:
            await self._ask_as(said, at)

    async def _ask_as(self, said: Considering, at: datetime) -> None:
        groups = asked_together(said.plan, said.snapshot, self._judgement.asking)
        chosen = groups[: self._limits.most_offers]
        if chosen:
            grounds = iter(said.of_each([match for matches in chosen for match in matches]))
            await asyncio.gather(*(self._ask(matches, [next(grounds) for _ in matches], at) for matches in chosen))
        if len(chosen) < len(groups):
            self._look_again_at = self._decides_again_at = at

    async def _learn_and_see_who_works(self, ripe: Sequence[Search], at: datetime) -> Sequence[BusyShift] | None:
        """None when there is nothing to decide: the last plan stands for as long as the policy says."""
        if not ripe:
            return None
        stands_until = self._decides_again_at
        if stands_until is not None and at < stands_until and not any(search.sos for search in ripe):
            self._look_again_at = min(self._look_again_at or stands_until, stands_until)
            return None
        learns_from = (self._begun_at or at) - self._limits.learns_from
        await self._learning.learn(self._board, learns_from, self._limits.most_finished)
        return await self._board.busy_shifts(self._limits.most_shifts)

    async def _plan(
        self,
        ripe: Sequence[Search],
        waiting: Sequence[Search],
        shifts: Sequence[FreeShift],
        busy: Sequence[BusyShift],
        positions: Positions,
        at: datetime,
    ) -> Considering:
        policy, travel, work_times = self._judgement.policy, self._judgement.travel, self._judgement.work_times
        there = await placed(shifts, self._whereabouts, at, self._limits.position_is_fresh_for)
        idle, left_out = self._who_may_be_asked(there, at)
        snapshot = Snapshot(
            at,
            ripe,
            [*idle_units(idle, at), *busy_units(busy, travel, work_times, at)],
            travel,
            self._judgement.willing,
        )
        plan = await self._deciding(policy, snapshot)
        self._decides_again_at = at + policy.rests_for
        self._watch.decided(policy, plan)
        known = {each.shift_id: each.cell for each in shifts}
        seen = SeenAt(
            positions.shifts,
            positions.shifts,
            left_out,
            positions.requests,
            positions.jobs,
            self._begun_at,
            [each for each in there if each.cell != known[each.shift_id]],
            waiting,
            knows_cash_limits=True,
        )
        return Considering(policy, snapshot, plan, seen)

    def _who_may_be_asked(
        self, shifts: Sequence[FreeShift], at: datetime
    ) -> tuple[list[FreeShift], list[tuple[FreeShift, RuledOut]]]:
        """Those that may be asked now, and the others with the reason."""
        idle: list[FreeShift] = []
        left_out: list[tuple[FreeShift, RuledOut]] = []
        for shift in shifts:
            if self._is_held(shift.shift_id, shift.version, at):
                left_out.append((shift, RuledOut.RESTING))
            elif shift.ends_by is not None and at >= shift.ends_by:
                left_out.append((shift, RuledOut.DUTY_ENDS))
            else:
                idle.append(shift)
        return idle, left_out

    def _is_ripe(self, search: Search, positions: Positions, at: datetime) -> bool:
        """Whether it was not just acted on, and the list of offers has come as far as the request: else a lapse could
        be overlooked and the same provider asked again. A list that stands still is not waited for.
        """
        if self._is_held(search.request_id, search.version, at):
            return False
        return search.position <= positions.jobs or at - search.updated_at > self._limits.offers_may_be_behind

    async def _ask(self, matches: Sequence[Match], grounds: Sequence[Grounds], at: datetime) -> None:
        came = await ask(matches, grounds, self._judgement, self._ordering, self._watch, at)
        again_at = at + self._limits.look_again_after
        for shift in came.at_fault:
            self._held[shift.shift_id, shift.version] = at + self._limits.shift_rests_for
        for shift in came.asked:
            self._held[shift.shift_id, shift.version] = again_at
        if came.is_settled:
            self._held[matches[0].search.request_id, matches[0].search.version] = again_at
        else:
            self._look_again_at = self._decides_again_at = at

    async def _act_in_turn(self, same: Sequence[Due], at: datetime) -> None:
        """Several offers of one request lapse at once: one after the other, since all of them change the request."""
        for due in same:
            await self._act_on(due, at)

    async def _act_on(self, due: Due, at: datetime) -> None:
        done = await self._ordering.order(
            due.kind.value,
            due.request_id or due.subject_id,
            orders.to_act_on(due, at),
            what_is_due(due, at, self._rules),
        )
        # A refusal is kept as long as its name holds; what did not go through at all is tried again soon.
        is_refused = isinstance(done, str) and done not in NOT_DECIDED
        rests_for = self._limits.shift_rests_for if is_refused else self._limits.look_again_after
        self._held[due.subject_id, due.due_at] = at + rests_for
        if not isinstance(done, str):
            self._watch.acted(due, (at - due.ready_at).total_seconds(), replayed=done.replayed)

    def _is_held(self, thing_id: UUID, standing: object, at: datetime) -> bool:
        """Whether it was acted on as it stands. What changes has another version or instant, and is free at once."""
        until = self._held.get((thing_id, standing))
        return until is not None and at < until


def _longest_wait_s(searches: Sequence[Search], at: datetime) -> float:
    return max(((at - search.requested_at).total_seconds() for search in searches), default=0.0)
