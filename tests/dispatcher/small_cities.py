"""Small random cities for policies: a few who wait, a few who are idle or busy, of one tenant or of two."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from application.dispatch.approach import Pace
from application.dispatch.board import Doing, FreeShift, Search, Stage
from application.dispatch.snapshot import Snapshot, Unit
from domain.catalogue import Capability, Service, VehicleClass
from domain.geography import cell_of
from tests.support.roadside import NOON, some_id

if TYPE_CHECKING:
    from datetime import datetime

SKILLS = (Capability.TOW, Capability.BATTERY_JUMP, Capability.FLAT_TYRE)


def small_city(seed: int, searches: int = 5, units: int = 5, *, danger: bool = True, at: datetime = NOON) -> Snapshot:
    """The same city for the same seed."""
    rng = np.random.default_rng(seed)
    tenants = ("demo", "other") if seed % 3 == 0 else ("demo",)
    return Snapshot(
        at,
        [_search(rng, n, tenants, at, danger=danger) for n in range(searches)],
        [_unit(rng, n, tenants, at) for n in range(units)],
        Pace(),
    )


def _search(rng: np.random.Generator, n: int, tenants: tuple[str, ...], at: datetime, *, danger: bool) -> Search:
    called_at = at - timedelta(seconds=float(rng.uniform(0, 7_200)))
    return Search(
        tenant=tenants[rng.integers(len(tenants))],
        request_id=some_id(900 + n),
        version=1,
        position=1,
        attempt=1,
        cell=_cell(rng),
        needs=frozenset({SKILLS[rng.integers(len(SKILLS))]}),
        vehicle_class=VehicleClass.CAR,
        declined_by=frozenset({some_id(500 + int(rng.integers(8)))}),
        passed_over={},
        requested_at=called_at,
        updated_at=called_at,
        sos=danger and rng.random() < 0.15,
        dangers=int(danger and rng.random() < 0.15),
    )


def _unit(rng: np.random.Generator, n: int, tenants: tuple[str, ...], at: datetime) -> Unit:
    able = frozenset(skill for skill in SKILLS if rng.random() < 0.7)
    tenant, classes = tenants[rng.integers(len(tenants))], frozenset({VehicleClass.CAR})
    shift = FreeShift(tenant, some_id(100 + n), 1, some_id(500 + n), able, classes, _cell(rng), at)
    if rng.random() < 0.5:
        return Unit(shift, at)
    doing = Doing(some_id(800 + n), Service.TOW, Stage.AT_JOB, at, shift.cell)
    return Unit(shift, at + timedelta(seconds=float(rng.uniform(0, 3_000))), doing)


def _cell(rng: np.random.Generator) -> str:
    return cell_of(12.97 + float(rng.normal(0, 0.05)), 77.59 + float(rng.normal(0, 0.05)))
