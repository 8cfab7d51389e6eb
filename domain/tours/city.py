"""How do the compiled loops see an instance?"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from domain.tours.compiled import named
from domain.tours.instance import Flags, Floats, Instance, Ints

VECTOR = numba.float64[::1]
MATRIX = numba.float64[:, ::1]
INTS = numba.int64[::1]
INT_MATRIX = numba.int64[:, ::1]
INT_CUBE = numba.int64[:, :, ::1]
FLAG_VECTOR = numba.boolean[::1]
FLAG_MATRIX = numba.boolean[:, ::1]

# So many neighbours of a job that a unit may serve are tried before and after it; farther ones hardly ever are best.
REACH = 26
FARTHEST = 160
# Ruin looks no farther than this for tours to cut: a dozen of them are near.
AROUND = 100


class City(NamedTuple):
    """n jobs and m units; a unit stands at node n + unit, so a drive always goes from a node to a job."""

    leg: Floats  # (n + m, n) from a node to a job
    into: Floats  # (n, n + m) the same, by job
    free: Floats  # (m,)
    work: Floats  # (n,)
    deadline: Floats  # (n,)
    contractor: Floats  # (n,)
    capable: Flags  # (m, n)
    fits: Flags  # (n, m) the same, by job
    before: Ints  # (n, some) nodes from which a job is near, the nearest first; -1 ends a row
    after: Ints  # (n, some) jobs that are near from a job
    near: Ints  # (n, some) the same and the job itself, to cut tours around it


CITY = named(
    City, MATRIX, MATRIX, VECTOR, VECTOR, VECTOR, VECTOR, FLAG_MATRIX, FLAG_MATRIX, INT_MATRIX, INT_MATRIX, INT_MATRIX
)  # fmt: skip


def city_of(instance: Instance) -> City:
    """The same numbers, as one table of drives, and who is near whom."""
    n = instance.jobs
    leg = np.vstack([instance.drive_min, instance.drive_min_units])
    into = np.ascontiguousarray(leg.T)
    share = max(0.2, float(instance.capable.mean())) if instance.capable.size else 1.0
    reach = min(FARTHEST, int(REACH / share))
    drives = instance.drive_min.copy()
    np.fill_diagonal(drives, np.inf)
    starts = np.where(instance.capable.T, into[:, n:], np.inf)
    before = _merged(_nearest(np.ascontiguousarray(drives.T), reach), _nearest(starts, max(8, reach // 3)), into)
    after = _nearest(drives, reach)
    np.fill_diagonal(drives, -1.0)
    return City(
        np.ascontiguousarray(leg),
        into,
        np.ascontiguousarray(instance.free_min),
        np.ascontiguousarray(instance.work_min),
        np.ascontiguousarray(instance.deadline_min),
        np.ascontiguousarray(instance.contractor_cost),
        np.ascontiguousarray(instance.capable),
        np.ascontiguousarray(instance.capable.T),
        before,
        after,
        _nearest(drives, AROUND),
    )


def _merged(jobs: Ints, units: Ints, into: Floats) -> Ints:
    """One row of nodes per job, the nearest first: where all jobs are in one place, units are still among them."""
    n = into.shape[0]
    nodes = np.hstack([jobs, np.where(units >= 0, units + n, -1)])
    far = np.hstack([into, np.full((n, 1), np.inf)])  # -1 takes the last
    order = np.argsort(np.take_along_axis(far, nodes, axis=1), axis=1, kind="stable")
    return np.ascontiguousarray(np.take_along_axis(nodes, order, axis=1))


def _nearest(drives: Floats, most: int) -> Ints:
    """Per row the columns of the least drives, in order; -1 where there is no way."""
    width = min(most, drives.shape[1])
    if width == 0:
        return np.zeros((drives.shape[0], 0), np.int64)
    some = np.argpartition(drives, width - 1, axis=1)[:, :width]
    there = np.take_along_axis(drives, some, axis=1)
    order = np.argsort(there, axis=1, kind="stable")
    ranked = np.take_along_axis(some, order, axis=1).astype(np.int64)
    return np.where(np.isfinite(np.take_along_axis(there, order, axis=1)), ranked, -1)
