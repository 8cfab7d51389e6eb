"""Who comes before all others? Somebody in danger, then who waits where waiting is dangerous, then who waited too long.

Each of them, in that order, takes the unit that is there soonest of those that are idle; the others choose from what is
left. Hence the bound: once a request has waited ``overdue_after``, no request that was made later gets a unit that
could have served it, but for SOS and dangerous places. It can be bypassed for no longer than that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from application.dispatch.board import by_urgency
from application.dispatch.policies.pairs import pairs_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from application.dispatch.board import Search
    from application.dispatch.policies.pairs import Pairs
    from application.dispatch.snapshot import Match, Snapshot, Unit


class Served(NamedTuple):
    """Matches of those in front, and who is left for the rest."""

    now: list[Match]
    later: list[Match]
    without: list[Search]
    others: list[Search]
    units: Sequence[Unit]
    work: int


def first_in_line(snapshot: Snapshot, overdue_after: timedelta | None = None) -> Served:
    """Serve those in front; a unit that works is kept for one of them only where nobody idle is able."""
    line = sorted((each for each in snapshot.searches if _is_first(each, snapshot, overdue_after)), key=by_urgency)
    if not line:
        return Served([], [], [], list(snapshot.searches), snapshot.units, 0)
    pairs = pairs_of(snapshot, line, snapshot.units, most=len(snapshot.units))
    now, later, without = _each_the_soonest(pairs)
    first = {search.request_id for search in line}
    taken = {match.unit.shift.shift_id for match in (*now, *later)}
    return Served(
        now,
        later,
        without,
        [search for search in snapshot.searches if search.request_id not in first],
        [unit for unit in snapshot.units if unit.shift.shift_id not in taken],
        pairs.numbers.size,
    )


def _is_first(search: Search, snapshot: Snapshot, overdue_after: timedelta | None) -> bool:
    is_overdue = overdue_after is not None and snapshot.at - search.requested_at >= overdue_after
    return search.sos or search.dangers > 0 or is_overdue


def _each_the_soonest(pairs: Pairs) -> tuple[list[Match], list[Match], list[Search]]:
    now: list[Match] = []
    later: list[Match] = []
    without: list[Search] = []
    passed_over = pairs.passed_over()
    until_free, drive = pairs.until_free_s() / 60, pairs.drive_s / 60
    is_free = np.append(np.ones(len(pairs.units), np.bool_), False)  # the last one stands for nobody
    for n, search in enumerate(pairs.searches):
        free = is_free[pairs.numbers[n]] & np.isfinite(drive[n])
        idle = free & pairs.idle[pairs.numbers[n]]
        among = np.flatnonzero(idle if idle.any() else free)
        if not len(among):
            without.append(search)
            continue
        k = int(among[np.argmin((passed_over + until_free + drive)[n, among])])
        is_free[pairs.numbers[n, k]] = False
        terms = {"drive": float(drive[n, k]), "until_free": float(until_free[n, k])}
        if passed_over[n, k]:
            terms["passed_over"] = float(passed_over[n, k])
        match = pairs.match(n, k, terms)
        (now if match.unit.is_idle else later).append(match)
    return now, later, without
