"""Which snapshots is the solver of tours measured on?

The published generator of heavy load: a square of 30 km, 30 km/h over a detour of 1.3, three units in ten free now and
the rest within half an hour, deadlines within the hour, work lognormal around 25 min, contractors at 180, 85 % capable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from domain.tours.instance import Instance

if TYPE_CHECKING:
    from domain.tours.instance import Floats

SIDE_KM = 30.0
MIN_PER_KM = 1.3 / 30.0 * 60.0
FREE_NOW = 0.3
SOON_MIN = 30.0
DEADLINE_MIN = 60.0
WORK_MIN = 25.0
WORK_SIGMA = 0.5
CONTRACTOR_COST = 180.0
CAPABLE = 0.85


def snapshot(jobs: int, units: int, seed: int) -> Instance:
    """The instance of that size and seed; the same on every machine."""
    chance = np.random.default_rng(seed)
    at_jobs = chance.uniform(0, SIDE_KM, (jobs, 2))
    at_units = chance.uniform(0, SIDE_KM, (units, 2))
    free = np.where(chance.random(units) < FREE_NOW, 0.0, chance.uniform(0, SOON_MIN, units))
    return Instance(
        drive_min_units=_drives(at_units, at_jobs),
        drive_min=_drives(at_jobs, at_jobs),
        free_min=free,
        deadline_min=chance.uniform(0, DEADLINE_MIN, jobs),
        work_min=np.exp(chance.normal(np.log(WORK_MIN) - WORK_SIGMA**2 / 2, WORK_SIGMA, jobs)),
        contractor_cost=np.full(jobs, CONTRACTOR_COST),
        capable=chance.random((units, jobs)) < CAPABLE,
    )


def _drives(starts: Floats, ends: Floats) -> Floats:
    return np.hypot(starts[:, None, 0] - ends[None, :, 0], starts[:, None, 1] - ends[None, :, 1]) * MIN_PER_KM
