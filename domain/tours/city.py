"""How do the compiled loops see an instance?"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from domain.tours.compiled import named
from domain.tours.instance import Flags, Floats, Instance

VECTOR = numba.float64[::1]
MATRIX = numba.float64[:, ::1]
INTS = numba.int64[::1]
INT_MATRIX = numba.int64[:, ::1]
INT_CUBE = numba.int64[:, :, ::1]
FLAG_MATRIX = numba.boolean[:, ::1]


class City(NamedTuple):
    """n jobs and m units; a unit stands at node n + unit, so a drive always goes from a node to a job."""

    leg: Floats  # (n + m, n) from a node to a job
    into: Floats  # (n, n + m) the same, by job
    free: Floats  # (m,)
    work: Floats  # (n,)
    deadline: Floats  # (n,)
    contractor: Floats  # (n,)
    capable: Flags  # (m, n)


CITY = named(City, MATRIX, MATRIX, VECTOR, VECTOR, VECTOR, VECTOR, FLAG_MATRIX)


def city_of(instance: Instance) -> City:
    """The same numbers, as one table of drives."""
    leg = np.vstack([instance.drive_min, instance.drive_min_units])
    return City(
        np.ascontiguousarray(leg),
        np.ascontiguousarray(leg.T),
        np.ascontiguousarray(instance.free_min),
        np.ascontiguousarray(instance.work_min),
        np.ascontiguousarray(instance.deadline_min),
        np.ascontiguousarray(instance.contractor_cost),
        np.ascontiguousarray(instance.capable),
    )
