"""How do the units of a tenant compare for some requests? All requests of a plan at once, each by itself.

Whoever can be asked is measured by great circle first, the nearest of them by drive time and cost, and the cheapest 40
are candidates; everybody else is counted under what rules it out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, runtime_checkable

import numpy as np

from application.dispatch.approach import FARTHEST_S
from application.dispatch.lineup import NOBODY, NUMBER, nearest_in, note, points_of
from application.dispatch.policies.pairs import of_candidates
from application.travel import in_pairs
from domain.decision_terms import MILLI, MOST_CANDIDATES, RuledOut, code_of
from domain.matching.assignment import numbered

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from application.dispatch.board import Search
    from application.dispatch.lineup import Lineup, Reasons
    from application.dispatch.policies.pairs import Ints, Pairs, Terms
    from application.dispatch.snapshot import Snapshot

AT_ONCE: Final = 200
"""Requests compared in one go, as many as a round asks for: with 50,000 units some tens of megabytes."""

LAST: Final = np.iinfo(np.int64).max
"""The cost of nobody."""


@runtime_checkable
class TellsCosts(Protocol):
    """What a policy may tell beyond ``Policy``: by which costs it compares, and whether it reckons with busy units."""

    @property
    def looks_ahead(self) -> bool:
        """Whether a unit that is busy could have been meant; else it counts as ruled out."""
        ...

    def cost_terms(self, pairs: Pairs, snapshot: Snapshot) -> Terms:
        """Minutes by name, for each pair of a search of one tenant and a unit beside it, whose sum is compared.

        Without a trace, and of each pair whatever the others are. Nothing where it does not know that tenant.
        """
        ...


class Row(NamedTuple):
    """A request to compare for: who was chosen, by place in the line-up, and when the chosen one would be there."""

    search: Search
    chosen: int
    arrives_at: datetime


class Compared(NamedTuple):
    """The reason against each unit, 0 for candidates; and those, the cheapest first, side by side.

    Their places in the line-up, whole seconds of driving, thousandths of a minute by name and in sum.
    """

    reasons: Reasons
    places: list[int]
    drives_s: list[int]
    terms: list[dict[str, int]]
    costs: list[int]


def compared(lineup: Lineup, rows: Sequence[Row], snapshot: Snapshot, tells: TellsCosts | None) -> list[Compared]:
    """Everybody in the line-up for each of the rows; what one row says does not depend on the others."""
    at_once = AT_ONCE if in_pairs(snapshot.travel) else 1  # a table of all drives would hold many that nobody needs
    found: list[Compared] = []
    for start in range(0, len(rows), at_once):
        found += _compared(lineup, rows[start : start + at_once], snapshot, tells)
    return found


def ruled_out(lineup: Lineup, rows: Sequence[Row], snapshot: Snapshot, tells: TellsCosts | None) -> Reasons:
    """The number of the first reason against each unit, 0 for those that could be asked; (n, m)."""
    reasons = lineup.able([row.search for row in rows])
    for n, (search, _, _) in enumerate(rows):
        for provider_id in search.declined_by:
            note(reasons[n], lineup.of_provider(provider_id), RuledOut.DECLINED_BEFORE)
        if search.over_cash_limit:
            note(reasons[n], lineup.of_providers(search.over_cash_limit), RuledOut.CASH_LIMIT)
        if search.radius_m is not None:
            note(reasons[n], lineup.beyond(search.cell, search.radius_m), RuledOut.OUT_OF_RADIUS)
    if lineup.standing.any():
        np.copyto(reasons, lineup.standing, where=reasons == 0)
    too_late = ~lineup.idle
    if tells is not None and tells.looks_ahead:
        until_s = np.array([(row.arrives_at - snapshot.at).total_seconds() for row in rows])
        too_late = too_late & (lineup.free_s >= until_s[:, None])
    np.copyto(reasons, np.int8(NUMBER[RuledOut.BUSY]), where=too_late & (reasons == 0))
    return reasons


def _compared(lineup: Lineup, rows: Sequence[Row], snapshot: Snapshot, tells: TellsCosts | None) -> list[Compared]:
    reasons = ruled_out(lineup, rows, snapshot, tells)
    for n, row in enumerate(rows):
        if row.chosen != NOBODY:
            reasons[n, row.chosen] = 0
    measured = _measured(lineup, rows, reasons)
    chosen = np.array([row.chosen for row in rows])[:, None]
    if not measured.size:
        return [Compared(each, [], [], [], []) for each in reasons]
    used, columns = numbered(measured[measured >= 0])
    numbers = np.full(measured.shape, -1, np.int64)
    numbers[measured >= 0] = columns
    units = [lineup.units[index] for index in used.tolist()]
    pairs = of_candidates(snapshot, [row.search for row in rows], units, numbers)
    is_there = (measured >= 0) & ((pairs.drive_s < FARTHEST_S) | (measured == chosen))
    without, places = np.nonzero((measured >= 0) & ~is_there)
    reasons[without, measured[without, places]] = NUMBER[RuledOut.NO_WAY]
    names, terms = _milli_terms(pairs, usual_terms(pairs) if tells is None else tells.cost_terms(pairs, snapshot))
    costs = np.where(is_there, terms.sum(axis=0), LAST)
    order = _cheapest(costs, (measured >= 0) & (measured == chosen))
    told = np.take_along_axis(is_there, order, axis=1)
    _note_the_dearer(reasons, np.take_along_axis(measured, order, axis=1), told)
    return _by_row(reasons, _Columns(measured, pairs.drive_s, terms, costs), names, order, told)


def _measured(lineup: Lineup, rows: Sequence[Row], reasons: Reasons) -> Ints:
    """The nearest that could be asked and the chosen one, by places in the line-up and in their order; -1 for none."""
    points = points_of([row.search.cell for row in rows])
    found = [nearest_in(lineup, np.flatnonzero(reasons[n] == 0), points[n], row.chosen) for n, row in enumerate(rows)]
    measured = np.full((len(rows), max(map(len, found))), -1, np.int64)
    for n, each in enumerate(found):
        measured[n, : len(each)] = each
    return measured


def _milli_terms(pairs: Pairs, minutes: Terms) -> tuple[list[str], NDArray[np.int64]]:
    """Names, and beside them the thousandths of all pairs, (t, n, K)."""
    terms = np.zeros((len(minutes), *pairs.numbers.shape), np.int64)
    for t, much in enumerate(minutes.values()):
        terms[t] = milli(much)
    return [code_of(name) for name in minutes], terms


def _cheapest(costs: NDArray[np.int64], is_chosen: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The places of the cheapest, (n, at most 40); the chosen one is among them, as the last if it must.

    Of equals the chosen one first, then the smaller id: that is the order of the line-up.
    """
    order = np.lexsort((~is_chosen, costs), axis=-1)[:, :MOST_CANDIDATES]
    for n in np.flatnonzero(is_chosen.any(axis=1) & ~np.take_along_axis(is_chosen, order, axis=1).any(axis=1)):
        order[n, -1] = np.flatnonzero(is_chosen[n])[0]
    return order


def _note_the_dearer(reasons: Reasons, candidates: Ints, told: NDArray[np.bool_]) -> None:
    np.putmask(reasons, reasons == 0, NUMBER[RuledOut.DEARER])
    rows, places = np.nonzero(told)
    reasons[rows, candidates[rows, places]] = 0


class _Columns(NamedTuple):
    measured: Ints  # (n, K)
    drive_s: NDArray[np.float64]  # (n, K)
    terms: NDArray[np.int64]  # (t, n, K)
    costs: NDArray[np.int64]  # (n, K)


def _by_row(
    reasons: Reasons, columns: _Columns, names: list[str], order: NDArray[np.intp], told: NDArray[np.bool_]
) -> list[Compared]:
    rows = np.arange(len(order))[:, None]
    indices = columns.measured[rows, order].tolist()
    whole_s = np.rint(np.minimum(columns.drive_s[rows, order], FARTHEST_S)).astype(np.int64).tolist()
    some = np.flatnonzero(columns.terms.any(axis=(1, 2)))  # most terms have no say in most plans
    terms = columns.terms[some][:, rows, order].transpose(1, 2, 0).tolist()
    names = [names[t] for t in some.tolist()]
    costs = columns.costs[rows, order].tolist()
    # Whoever is no candidate costs most, so those that are stand in front.
    return [
        Compared(
            reasons[n],
            indices[n][:many],
            whole_s[n][:many],
            [{name: much for name, much in zip(names, each) if much} for each in terms[n][:many]],  # noqa: B905  slow
            costs[n][:many],
        )
        for n, many in enumerate(told.sum(axis=1).tolist())
    ]


def usual_terms(pairs: Pairs) -> Terms:
    """The minutes until each would be there, and a day for each offer of the request that its provider let pass."""
    return {
        "drive": np.minimum(pairs.drive_s, FARTHEST_S) / 60,
        "until_free": pairs.until_free_s() / 60,
        "passed_over": pairs.passed_over(),
    }


def milli(minutes: NDArray[np.float64]) -> NDArray[np.int64]:
    """Whole thousandths of a minute; what is no number, or endless, is as far as anything can be."""
    finite = np.clip(np.nan_to_num(minutes, nan=FARTHEST_S, posinf=FARTHEST_S), -FARTHEST_S, FARTHEST_S)
    thousandths: NDArray[np.int64] = np.rint(finite * MILLI).astype(np.int64)
    return thousandths
