"""What is one snapshot of dispatch: open jobs, units, and the minutes between them?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.refusal import BadInput

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

# A snapshot of a metropolis in a storm has some hundreds of open jobs; beyond these the matrices alone are gigabytes.
MOST_JOBS = 5_000
MOST_UNITS = 5_000
# Ten weeks: nobody drives, works or waits longer, and sums of it keep their small digits.
MOST_MINUTES = 100_000.0


class BadInstance(BadInput):
    """The snapshot cannot be solved as it stands."""

    code = "bad_instance"


@dataclass(frozen=True, eq=False)
class Instance:
    """m units, n jobs. Minutes throughout; ``contractor_cost`` is in the same currency as a minute driven or late."""

    drive_min_units: Floats  # (m, n) from where the unit is, or will be free
    drive_min: Floats  # (n, n) from job to job, not necessarily there as back
    free_min: Floats  # (m,) from now
    deadline_min: Floats  # (n,) from now, may have passed
    work_min: Floats  # (n,) on scene
    contractor_cost: Floats  # (n,) when no unit of ours comes
    capable: Flags  # (m, n)

    @property
    def jobs(self) -> int:
        """How many are open."""
        return len(self.deadline_min)

    @property
    def units(self) -> int:
        """How many could go."""
        return len(self.free_min)

    def tour_cost(self, unit: int, jobs: tuple[int, ...]) -> float:
        """Minutes driven plus minutes late of the tour that serves ``jobs`` in that order."""
        now, cost, at = float(self.free_min[unit]), 0.0, -1
        for job in jobs:
            drive = float(self.drive_min_units[unit, job] if at < 0 else self.drive_min[at, job])
            now += drive
            cost += drive + max(0.0, now - float(self.deadline_min[job]))
            now += float(self.work_min[job])
            at = job
        return cost


def instance_of(fields: Mapping[str, object]) -> Instance:
    """Check what came from outside; BadInstance names the field and what is wrong with it."""
    names = tuple(Instance.__dataclass_fields__)
    missing = [name for name in names if name not in fields]
    if missing:
        raise BadInstance(f"the instance lacks {', '.join(missing)}")
    n, m = _length(fields, "deadline_min"), _length(fields, "free_min")
    if n > MOST_JOBS or m > MOST_UNITS:
        raise BadInstance(f"{n} jobs x {m} units: at most {MOST_JOBS} x {MOST_UNITS} are solved at a time")
    capable = _array(fields, "capable", (m, n))
    if not np.isin(capable, (0.0, 1.0)).all():
        raise BadInstance("capable: only true and false are meant")
    return Instance(
        drive_min_units=_array(fields, "drive_min_units", (m, n)),
        drive_min=_array(fields, "drive_min", (n, n)),
        free_min=_array(fields, "free_min", (m,)),
        deadline_min=_array(fields, "deadline_min", (n,), least=-MOST_MINUTES),
        work_min=_array(fields, "work_min", (n,)),
        contractor_cost=_array(fields, "contractor_cost", (n,)),
        capable=capable.astype(np.bool_),
    )


def _length(fields: Mapping[str, object], name: str) -> int:
    value = fields[name]
    if not isinstance(value, (list, tuple, np.ndarray)):
        raise BadInstance(f"{name}: a list of numbers is expected")
    return len(value)


def _array(fields: Mapping[str, object], name: str, shape: tuple[int, ...], least: float = 0.0) -> Floats:
    try:
        array = np.ascontiguousarray(fields[name], dtype=np.float64)
    except (TypeError, ValueError):
        raise BadInstance(f"{name}: rows of numbers of one length are expected") from None
    if array.size == 0 and 0 in shape:
        array = array.reshape(shape)  # [] stands for any matrix without cells
    if array.shape != shape:
        raise BadInstance(f"{name}: {_by(shape)} expected, {_by(array.shape)} found")
    if not np.isfinite(array).all():
        raise BadInstance(f"{name}: every number has to be finite")
    if array.size and (array.min() < least or array.max() > MOST_MINUTES):
        raise BadInstance(f"{name}: numbers from {least:g} to {MOST_MINUTES:g} are expected")
    return array


def _by(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "a number"
