"""Which numbers and lines tell how dispatch fares?"""

from __future__ import annotations

from collections import Counter as Counts
from typing import TYPE_CHECKING, Final

from prometheus_client import Counter, Gauge, Histogram

from application.dispatch.board import TimerKind
from application.dispatch.orphans import without_timer
from infra.telemetry.logging import log
from infra.telemetry.metrics import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from application.dispatch.board import Due, FreeShift, Open, Search
    from application.dispatch.drives import Looked
    from application.dispatch.snapshot import Plan, Policy

# A round at rest takes 2 ms; at the poll interval (0.25 s) it falls behind.
ROUND_BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
# A timer is acted on within a poll interval; a dispatcher that took over may be 2 s late; beyond it somebody waits.
LATE_BUCKETS_S: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
# From a request looked at to a solve that uses up its budget.
WORK_BUCKETS: Final = (1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e7)
# Enough to find the fault by; the metric has the full count.
NAMED_ORPHANS: Final = 20

leading = Gauge(
    "vehicaid_dispatcher_leading", "1 while this process dispatches, 0 while it stands by.", registry=REGISTRY
)
round_seconds = Histogram(
    "vehicaid_dispatch_round_seconds", "One round: read, decide, order.", buckets=ROUND_BUCKETS_S, registry=REGISTRY
)
offers_made = Counter("vehicaid_dispatch_offers", "Offers made by dispatch.", registry=REGISTRY)
lapses_noted = Counter("vehicaid_dispatch_lapses", "Offers that nobody answered in time.", registry=REGISTRY)
timers_due = Gauge("vehicaid_timers_due", "Timers that were due at the last look.", registry=REGISTRY)
timer_late_seconds = Histogram(
    "vehicaid_timer_late_seconds",
    "How long after it could have been a timer was acted on, by kind.",
    ["kind"],
    buckets=LATE_BUCKETS_S,
    registry=REGISTRY,
)
searching_within = Gauge(
    "vehicaid_dispatch_searching_within",
    "Requests without a provider and without an offer, by the radius they are searched in.",
    ["radius_m"],
    registry=REGISTRY,
)
untimed_requests = Gauge(
    "vehicaid_dispatch_untimed_requests",
    "Searching requests without any timer, at the last check. Anything but 0 is an alarm.",
    registry=REGISTRY,
)
orders_repeated = Counter(
    "vehicaid_dispatch_orders_repeated",
    "Orders that had been carried out before: the board was behind the log, or a dispatcher was killed.",
    ["order"],
    registry=REGISTRY,
)
orders_refused = Counter(
    "vehicaid_dispatch_orders_refused",
    "Orders that did not go through, by reason; on a board behind the log some are everyday.",
    ["order", "code"],
    registry=REGISTRY,
)
plans_made = Counter("vehicaid_dispatch_plans", "Plans that a policy made, by its name.", ["policy"], registry=REGISTRY)
plan_work = Histogram(
    "vehicaid_dispatch_plan_work",
    "What a plan took, in the policy's own units of work.",
    ["policy"],
    buckets=WORK_BUCKETS,
    registry=REGISTRY,
)
searching_requests = Gauge(
    "vehicaid_dispatch_searching", "Requests without a provider and without an offer.", registry=REGISTRY
)
unserved_requests = Gauge(
    "vehicaid_dispatch_unserved", "Of these, requests that no free shift can serve.", registry=REGISTRY
)
free_shifts = Gauge("vehicaid_dispatch_free_shifts", "Shifts that could be offered a job.", registry=REGISTRY)
longest_wait_seconds = Gauge(
    "vehicaid_dispatch_longest_wait_seconds", "Age of the oldest request without an offer.", registry=REGISTRY
)
orphaned_requests = Gauge(
    "vehicaid_dispatch_orphaned_requests",
    "Searching requests that nothing drives on, at the last check. Anything but 0 is an alarm.",
    registry=REGISTRY,
)
orphan_checks = Counter("vehicaid_dispatch_orphan_checks", "Checks for forgotten requests.", registry=REGISTRY)
attendance_news = Counter(
    "vehicaid_dispatch_attendance_news",
    "Shifts found to have driven on, fallen silent or come back.",
    registry=REGISTRY,
)
drives_watched = Gauge(
    "vehicaid_dispatch_drives", "Crews on their way to a vehicle, at the last look.", registry=REGISTRY
)
drive_steps = Counter(
    "vehicaid_dispatch_drive_steps",
    "What was ordered about drives that are doubted, by step: nudge, call, revoke, resume.",
    ["step"],
    registry=REGISTRY,
)
swaps = Counter("vehicaid_dispatch_swaps", "Crews found to be sent back for a better one.", registry=REGISTRY)
bookings = Counter("vehicaid_dispatch_bookings", "Booked hours whose search was planned anew.", registry=REGISTRY)
standbys = Counter("vehicaid_dispatch_standbys", "Tows kept ready, or given free again.", registry=REGISTRY)
payouts = Counter("vehicaid_payouts_requested", "Payouts that the gateway is to be asked for.", registry=REGISTRY)
papers = Counter(
    "vehicaid_papers_looked_after",
    "Companies whose documents were looked after, and shifts without a document that holds.",
    registry=REGISTRY,
)
promos = Counter("vehicaid_promos_looked_at", "Wallets whose expired grants were let go.", registry=REGISTRY)
rewards = Counter("vehicaid_rewards_looked_at", "Customers who seemed to have earned a reward.", registry=REGISTRY)
twins = Counter("vehicaid_dispatch_twins", "Pairs of calls that the desk was pointed at.", registry=REGISTRY)
restarts = Counter("vehicaid_dispatcher_restarts", "Times the dispatcher failed and began again.", registry=REGISTRY)

EVERYDAY: Final = frozenset(
    {
        "stale_version",
        "offer_still_out",
        "request_closed",
        "out_of_turn",
        "shift_reserved",
        "shift_ended",
        "shift_on_break",
        "shift_stale",
        "shift_over_time",
        "offer_closed",
        "offer_still_open",
        "quote_still_valid",
        "not_reported_gone",
        "not_nudged",
        "already_swapped",
        "not_for_a_maybe",
        "not_earned",
    }
)
"""Refusals that a board behind the log explains; others are worth a warning."""


class DispatchWatch:
    """Counts and writes down; implements ``application.dispatch.watched.Watch``."""

    def __init__(self) -> None:
        self._log = log("dispatcher")
        self._radii: set[str] = set()

    def offered(self, search: Search, shift: FreeShift, offer_id: UUID, *, replayed: bool) -> None:
        """A shift was asked."""
        if replayed:
            orders_repeated.labels("make_offer").inc()
            return
        offers_made.inc()
        self._log.info(
            "offer_made",
            tenant=search.tenant,
            request_id=search.request_id,
            attempt=search.attempt,
            offer_id=offer_id,
            shift_id=shift.shift_id,
        )

    def acted(self, due: Due, late_s: float, *, replayed: bool) -> None:
        """A timer's order was carried out."""
        if replayed:
            orders_repeated.labels(due.kind.value).inc()
            return
        timer_late_seconds.labels(due.kind.value).observe(max(0.0, late_s))
        if due.kind is TimerKind.OFFER_LAPSES:
            lapses_noted.inc()
        self._log.info(
            "timer_acted_on",
            tenant=due.tenant,
            kind=due.kind.value,
            subject_id=due.subject_id,
            request_id=due.request_id,
            late_s=round(late_s, 3),
        )

    def timers_due(self, count: int) -> None:
        """So many timers were due."""
        timers_due.set(count)

    def refused(self, order: str, subject_id: UUID, code: str) -> None:
        """An order did not go through."""
        orders_refused.labels(order, code).inc()
        if code not in EVERYDAY:
            self._log.warning("order_refused", order=order, subject_id=subject_id, code=code)

    def decided(self, policy: Policy, plan: Plan) -> None:
        """The policy was asked."""
        plans_made.labels(policy.name).inc()
        plan_work.labels(policy.name).observe(plan.work)

    def looked(self, searches: Sequence[Search], unserved: int, free: int, longest_wait_s: float) -> None:
        """The board was read."""
        searching_requests.set(len(searches))
        unserved_requests.set(unserved)
        free_shifts.set(free)
        longest_wait_seconds.set(longest_wait_s)
        within = Counts("everywhere" if each.radius_m is None else str(each.radius_m) for each in searches)
        self._radii |= within.keys()
        for radius in self._radii:
            searching_within.labels(radius).set(within[radius])

    def watched(self, found: Looked) -> None:
        """Every drive was looked at."""
        drives_watched.set(found.drives)
        for step, count in found.steps.items():
            drive_steps.labels(step.value).inc(count)

    def checked(self, orphans: Sequence[Open]) -> None:
        """Somebody looked for forgotten requests."""
        orphan_checks.inc()
        orphaned_requests.set(len(orphans))
        untimed = without_timer(orphans)
        untimed_requests.set(len(untimed))
        if orphans:
            named = [str(each.request_id) for each in orphans[:NAMED_ORPHANS]]
            self._log.error("requests_orphaned", count=len(orphans), untimed=len(untimed), request_ids=named)
