"""How long does one whole tick of dispatch take: candidates, costs, the assignment, and who is to be offered what?

A city of a thousand open requests and five thousand units, a tenth of them idle, under the policy that decides in
production. A tick is all between a snapshot that was read and offers that can be written: candidates, costs, the
assignment, who is asked together, and what each offer tells the log of its grounds. As in the dispatcher, garbage is
searched for between ticks.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

import numpy as np

from application.dispatch.asking import Asking, asked_together
from application.dispatch.board import Doing, FreeShift, Search, Stage
from application.dispatch.considered import Considering
from application.dispatch.policies.catalogue import POLICIES
from application.dispatch.policies.names import PolicyName
from application.dispatch.rounds import Limits
from application.dispatch.snapshot import Snapshot, Unit
from domain.catalogue import Capability, Service, VehicleClass
from domain.geography import cell_of
from domain.travel.great_circle import GreatCircleTimes
from infra.bench.frame import percentile
from infra.dispatch import collector

if TYPE_CHECKING:
    from collections.abc import Callable

REQUESTS, UNITS = 1_000, 5_000
TICKS, QUICK_TICKS = 120, 20
WARM_UP = 3
TICK_S = 10.0
IDLE = 0.1
# Degrees: a metropolis some 40 km wide.
SPREAD = 0.12
SKILLS: Final = (Capability.TOW, Capability.BATTERY_JUMP, Capability.FLAT_TYRE)
BEGINS_AT: Final = datetime(2026, 7, 1, 8, tzinfo=UTC)


def ticks(*, quick: bool, say: Callable[[str], None]) -> dict[str, float]:
    """Milliseconds of a tick, and how many offers it makes; every tick sees a few requests and units that moved."""
    chance = np.random.default_rng(1)
    policy, asking, most = POLICIES[PolicyName.ASSIGNMENT](), Asking(), Limits().most_offers
    searches = [_search(chance, n) for n in range(REQUESTS)]
    units = [_unit(chance, n) for n in range(UNITS)]
    whole_s, decided_s, told_s, offers, travel = [], [], [], 0, GreatCircleTimes()
    count = QUICK_TICKS if quick else TICKS
    say(f"{REQUESTS} requests x {UNITS} units, {count} ticks")
    with collector.as_a_dispatcher():
        for tick in range(WARM_UP + count):
            at = BEGINS_AT + timedelta(seconds=TICK_S * tick)
            _go_on(searches, units, chance)
            seen = [replace(unit, free_at=max(unit.free_at, at)) for unit in units]
            snapshot = Snapshot(at, list(searches), seen, travel)
            collector.collect()
            began = time.perf_counter()
            plan = policy.decide(snapshot)
            groups = asked_together(plan, snapshot, asking)[:most]
            decided = time.perf_counter()
            told = Considering(policy, snapshot, plan).of_each([match for matches in groups for match in matches])
            done = time.perf_counter()
            if tick >= WARM_UP:
                whole_s.append(done - began)
                decided_s.append(decided - began)
                told_s.append((done - decided) / len(told))
                offers += len(told)
    return {
        "p50_ms": round(1e3 * percentile(whole_s, 0.5), 1),
        "p99_ms": round(1e3 * percentile(whole_s, 0.99), 1),
        "max_ms": round(1e3 * max(whole_s), 1),
        "deciding_p50_ms": round(1e3 * percentile(decided_s, 0.5), 1),
        "deciding_p99_ms": round(1e3 * percentile(decided_s, 0.99), 1),
        "offers_a_tick": round(offers / count, 1),
        "grounds_of_an_offer_p50_ms": round(1e3 * percentile(told_s, 0.5), 3),
        "grounds_of_an_offer_p99_ms": round(1e3 * percentile(told_s, 0.99), 3),
    }


def _go_on(searches: list[Search], units: list[Unit], chance: np.random.Generator) -> None:
    """Between two ticks some called from elsewhere, and some units moved."""
    for n in chance.integers(REQUESTS, size=REQUESTS // 50).tolist():
        searches[n] = replace(searches[n], cell=_cell(chance))
    for n in chance.integers(UNITS, size=UNITS // 50).tolist():
        units[n] = replace(units[n], shift=replace(units[n].shift, cell=_cell(chance)))


def _search(chance: np.random.Generator, n: int) -> Search:
    called_at = BEGINS_AT - timedelta(seconds=float(chance.uniform(0, 3_600)))
    return Search(
        tenant="bench", request_id=UUID(int=n + 1), version=1, position=n + 1, attempt=1, cell=_cell(chance),
        needs=frozenset({SKILLS[int(chance.integers(len(SKILLS)))]}), vehicle_class=VehicleClass.CAR,
        declined_by=frozenset(), passed_over={}, requested_at=called_at, updated_at=called_at,
    )  # fmt: skip


def _unit(chance: np.random.Generator, n: int) -> Unit:
    able = frozenset(skill for skill in SKILLS if chance.random() < 0.7)
    shift = FreeShift(
        "bench", UUID(int=1_000_000 + n), 1, UUID(int=2_000_000 + n), able, frozenset({VehicleClass.CAR}),
        _cell(chance), BEGINS_AT,
    )  # fmt: skip
    if chance.random() < IDLE:
        return Unit(shift, BEGINS_AT)
    doing = Doing(UUID(int=3_000_000 + n), Service.TOW, Stage.AT_JOB, BEGINS_AT, shift.cell)
    return Unit(shift, BEGINS_AT + timedelta(seconds=float(chance.uniform(0, 3_000))), doing)


def _cell(chance: np.random.Generator) -> str:
    return cell_of(12.97 + float(chance.normal(0, SPREAD)), 77.59 + float(chance.normal(0, SPREAD)))
