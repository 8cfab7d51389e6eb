"""How does a plan come from costs? By one assignment of all candidates, once those in front of the line are served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from application.dispatch.policies.first_in_line import first_in_line
from application.dispatch.policies.nearest_first_come import NOBODY_FITS
from application.dispatch.policies.pairs import pairs_of
from application.dispatch.snapshot import Plan
from domain.matching.assignment import NOBODY, assign

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta
    from uuid import UUID

    from application.dispatch.board import Search
    from application.dispatch.policies.pairs import Ints, Pairs, Terms
    from application.dispatch.snapshot import Match, Snapshot, Unit

NOBODY_LEFT = "nobody_left"
"""Everybody who could serve it is meant for others."""


class Reckons(Protocol):
    """Tells what pairs cost."""

    def terms(self, pairs: Pairs) -> Terms:
        """Minutes by name, whose sum is compared."""
        ...


def assigned(snapshot: Snapshot, costs: Reckons, overdue_after: timedelta | None = None) -> Plan:
    """Those in front first, then the assignment of the others that costs least in sum; idle ones are offered it."""
    front = first_in_line(snapshot, overdue_after)
    now, later, unserved = front.now, front.later, {search.request_id: NOBODY_FITS for search in front.without}
    others, units, work = front.others, front.units, front.work
    while others and units:
        pairs = pairs_of(snapshot, others, units)
        matches, work = _matches(pairs, costs), work + pairs.numbers.size
        for match in matches:
            (now if match.unit.is_idle else later).append(match)
        others, units, unserved = _left(pairs, others, units, matches, unserved)
        if not matches:
            break
    unserved.update({search.request_id: unserved.get(search.request_id, NOBODY_FITS) for search in others})
    return Plan(now, later, unserved, work)


def totals(terms: Terms, pairs: Pairs) -> np.typing.NDArray[np.float64]:
    """The sum of all terms for each candidate, inf for nobody and for no way."""
    costs = np.full(pairs.numbers.shape, 0.0)
    for much in terms.values():
        costs = costs + much
    return np.where(np.isfinite(pairs.drive_s) & (pairs.numbers >= 0), costs, np.inf)


def told(terms: Terms, n: int, k: int) -> dict[str, float]:
    """The terms of one pair; what has no say in it is left out, but for the drive."""
    of_pair = {name: float(much[n, k if much.shape[1] > 1 else 0]) for name, much in terms.items()}
    return {name: minutes for name, minutes in of_pair.items() if minutes or name == "drive"}


def told_of_each(terms: Terms, rows: Ints, places: Ints) -> list[dict[str, float]]:
    """``told`` of many pairs: one for each row and the place beside it."""
    of_pairs = [much[rows, places if much.shape[1] > 1 else 0].tolist() for much in terms.values()]
    is_drive = [name == "drive" for name in terms]
    return [
        {name: minutes for name, minutes, always in zip(terms, of_pair, is_drive, strict=True) if minutes or always}
        for of_pair in zip(*of_pairs, strict=True)
    ]


def _matches(pairs: Pairs, costs: Reckons) -> list[Match]:
    terms = costs.terms(pairs)
    chosen = assign(pairs.numbers, totals(terms, pairs))
    rows = np.flatnonzero(chosen != NOBODY)
    return pairs.matches(rows, chosen[rows], told_of_each(terms, rows, chosen[rows]))


def _left(
    pairs: Pairs, others: Sequence[Search], units: Sequence[Unit], matches: Sequence[Match], unserved: dict[UUID, str]
) -> tuple[list[Search], Sequence[Unit], dict[UUID, str]]:
    """Who got nobody although there are units beyond the nearest that were compared; the others know why."""
    served = {match.search.request_id for match in matches}
    left: list[Search] = []
    for n, search in enumerate(others):
        if search.request_id in served:
            continue
        unserved[search.request_id] = NOBODY_LEFT if (pairs.numbers[n] >= 0).any() else NOBODY_FITS
        if pairs.numbers.shape[1] < len(units) and (pairs.numbers[n] >= 0).all():
            left.append(search)
    if not left:  # as a rule: nobody asks who else there would be
        return left, units, unserved
    taken = {match.unit.shift.shift_id for match in matches}
    return left, [unit for unit in units if unit.shift.shift_id not in taken], unserved
