"""Which sets of three jobs does the relaxation serve by too many tours?

Of all tours that serve two or three of the same three jobs, a plan drives one at most (a subset-row cut: Jepsen and
others, 2008). The relaxation may mix three halves; such cuts close about half of what is between it and the best plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numba
import numpy as np

from domain.tours.city import INT_MATRIX, INTS, VECTOR
from domain.tours.compiled import compiled, named
from domain.tours.instance import Floats, Ints
from domain.tours.plan import Tour

Three = tuple[int, int, int]

# A cut that is broken by less changes little.
BROKEN_BY = 0.05
# One round takes the worst; a job in more than some of them makes the search of tours slow.
MOST_PER_JOB = 3
MOST_FOUND = 100_000


class Fees(NamedTuple):
    """What a tour pays that serves two or three jobs of a cut: the cut's own price in the master."""

    begins: Ints  # (n + 1,) where in ``cuts`` those of a job begin
    cuts: Ints
    fee: Floats  # by cut


FEES = named(Fees, INTS, INTS, VECTOR)


def fees_of(jobs: int, cuts: Sequence[Three], prices: Floats) -> Fees:
    """Those that cost something, by job."""
    dear = [at for at in range(len(cuts)) if prices[at] > 1e-9]
    by_job: list[list[int]] = [[] for _ in range(jobs)]
    for rank, at in enumerate(dear):
        for job in cuts[at]:
            by_job[job].append(rank)
    begins = np.zeros(jobs + 1, np.int64)
    begins[1:] = np.cumsum([len(of) for of in by_job])
    return Fees(
        begins, np.array([rank for of in by_job for rank in of], np.int64), np.asarray(prices[dear], np.float64)
    )


def broken(jobs: int, shares: Sequence[tuple[float, Tour]], most: int) -> list[Three]:
    """The cuts that a solution of the master breaks most."""
    mixed = [(share, tour) for share, tour in shares if share < 1.0 - 1e-6 and len(tour.jobs) > 1]
    if not mixed:
        return []
    table = np.full((len(mixed), max(len(tour.jobs) for _, tour in mixed)), -1)
    for row, (_, tour) in enumerate(mixed):
        table[row, : len(tour.jobs)] = tour.jobs
    found, by = np.zeros((MOST_FOUND, 3), np.int64), np.zeros(MOST_FOUND)
    together = np.zeros((jobs, jobs))
    count = _search(np.array([share for share, _ in mixed]), table, together, found, by)
    uses = np.zeros(jobs, np.int64)
    chosen: list[Three] = []
    for at in np.argsort(-by[:count], kind="stable"):
        three = found[at]
        if len(chosen) < most and (uses[three] < MOST_PER_JOB).all():
            uses[three] += 1
            first, second, third = sorted(three.tolist())
            chosen.append((first, second, third))
    return chosen


@compiled(numba.int64, VECTOR, INT_MATRIX, numba.float64[:, ::1], INT_MATRIX, VECTOR)
def _search(shares: Floats, table: Ints, together: Floats, found: Ints, by: Floats) -> int:
    """Write the cuts that are broken, and by how much; returns how many. ``together`` is room for pairs."""
    n = len(together)
    for row in range(len(shares)):
        for a in table[row]:
            for b in table[row]:
                if a >= 0 and b >= 0 and a != b:
                    together[a, b] += shares[row]
    partners, count, at = np.zeros((n, n), np.int64), np.zeros(n, np.int64), 0
    for i in range(n):
        for j in range(n):
            if together[i, j] > 1e-6:
                partners[i, count[i]] = j
                count[i] += 1
    for i in range(n):
        for j in partners[i, : count[i]]:
            for k in partners[j, : count[j]]:
                closed = together[i, k] > 1e-6  # each set of three once: by its order, or by the one in the middle
                if k == i or (closed and not i < j < k) or (not closed and i > k):
                    continue
                if together[i, j] + together[j, k] + together[i, k] <= 1.0 + BROKEN_BY:
                    continue
                total = 0.0
                for row in range(len(shares)):
                    members = 0
                    for job in table[row]:
                        if job in (i, j, k):
                            members += 1
                    if members >= 2:
                        total += shares[row]
                if total > 1.0 + BROKEN_BY and at < len(by):
                    found[at, 0], found[at, 1], found[at, 2], by[at] = i, j, k, total - 1.0
                    at += 1
    return at
