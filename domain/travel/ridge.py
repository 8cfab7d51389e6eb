"""Which effects explain logs of seconds best, when every drive is the sum of a few of thousands?

A ridge regression (Hoerl and Kennard 1970): an effect with a penalty of k is believed as if k drives had said that
there is none, so that a block where few drove goes by its quarter, and a quarter by its borough. Drives that are far
off weigh less (Huber 1964): a stop for coffee teaches nothing. Solved by conjugate gradients (Hestenes, Stiefel 1952).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.travel.traits import Floats, Ints

ROUNDS: Final = 4
"""Reweighings: effects move by less than a thousandth after the third."""

MOST_STEPS: Final = 300
"""Of conjugate gradients in a round; half of that is enough for the cab trips of a metropolis."""

EXACT_ENOUGH: Final = 1e-6
"""Of the first residual: a millionth is no second of any drive."""

TO_DEVIATION: Final = 1.4826
"""A normal law's standard deviation over the middle of its absolute values."""


def ridge(columns: Ints, weights: Floats, penalties: Floats, logs: Floats) -> Floats:
    """The effects (p,): log of drive i is about the sum over j of weights[i, j] x effect[columns[i, j]].

    ``columns`` and ``weights`` are (n, traits), ``penalties`` (p,) above zero, ``logs`` (n,). The middle of what is
    left over is zero, by the columns that every drive has: the caller adds the rest to one of them.
    """
    effects = np.zeros(len(penalties))
    trust = np.ones(len(logs))
    for _ in range(ROUNDS):
        effects = _solve(columns, weights, penalties, trust, logs, effects)
        off = np.abs(logs - _explained(columns, weights, effects))
        usual = max(TO_DEVIATION * float(np.median(off)), 1e-9)
        trust = 1.0 / np.maximum(1.0, off / usual)
    return effects


def left_over(columns: Ints, weights: Floats, effects: Floats, logs: Floats) -> float:
    """The middle of what the effects do not explain."""
    return float(np.median(logs - _explained(columns, weights, effects)))


def _explained(columns: Ints, weights: Floats, effects: Floats) -> Floats:
    explained: Floats = np.einsum("ij,ij->i", weights, effects[columns])
    return explained


def _solve(columns: Ints, weights: Floats, penalties: Floats, trust: Floats, logs: Floats, first: Floats) -> Floats:
    flat = columns.ravel()

    def gathered(rows: Floats) -> Floats:
        return np.bincount(flat, (weights * rows[:, None]).ravel(), minlength=len(penalties)).astype(np.float64)

    def times(effects: Floats) -> Floats:
        return gathered(trust * _explained(columns, weights, effects)) + penalties * effects

    diagonal = np.bincount(flat, (weights**2 * trust[:, None]).ravel(), minlength=len(penalties)) + penalties
    return _conjugate_gradients(times, gathered(trust * logs), diagonal.astype(np.float64), first)


def _conjugate_gradients(times: Callable[[Floats], Floats], right: Floats, diagonal: Floats, first: Floats) -> Floats:
    found = first.copy()
    rest = right - times(found)
    eased = rest / diagonal
    course = eased.copy()
    before = float(rest @ eased)
    goal = EXACT_ENOUGH**2 * float(right @ (right / diagonal))
    for _ in range(MOST_STEPS):
        if before <= goal:
            break
        turned = times(course)
        step = before / float(course @ turned)
        found += step * course
        rest -= step * turned
        eased = rest / diagonal
        now = float(rest @ eased)
        course = eased + (now / before) * course
        before = now
    return found
