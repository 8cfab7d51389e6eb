"""How long does a tick of dispatch take, and how near does the solver of tours come to the best possible plan?"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from domain.tours.budget import Until
from domain.tours.solve import Solution, solve
from infra.bench.frame import Report, at_most, machine
from infra.bench.snapshots import snapshot
from infra.bench.tick import ticks

Say = Callable[[str], None]


class Size(NamedTuple):
    """Jobs and units, the seconds a solve has, and the proven gap it must reach, in percent of the cost."""

    jobs: int
    units: int
    deadline_s: float
    gap_percent: float

    @property
    def name(self) -> str:
        """As the motor clubs write it."""
        return f"{self.jobs}x{self.units}"


SIZES: Final = (Size(215, 95, 3.0, 2.0), Size(400, 150, 8.0, 2.0), Size(770, 200, 15.0, 2.5))
SEEDS: Final = 5
QUICK_SEEDS: Final = 2
# A solve looks at its clock between steps; one step of the largest size takes less than this.
LATE_S: Final = 0.5
TICK_P99_MS: Final = 150.0
ABOVE_BEST_PERCENT: Final = 1.0
BEST_KNOWN: Final = Path(__file__).with_name("tours_best_known.json")


def best_known() -> dict[tuple[int, int, int], float]:
    """The least cost that was ever found, by jobs, units and seed."""
    rows = json.loads(BEST_KNOWN.read_text(encoding="utf-8"))["instances"]
    return {(row["jobs"], row["units"], row["seed"]): float(row["best_cost"]) for row in rows}


def run(*, quick: bool, say: Say) -> Report:
    """All sizes on several instances each, compiled before the first clock starts; then ticks."""
    figures: dict[str, object] = {}
    bars = []
    for size in SIZES:
        found: list[tuple[Solution, float]] = []
        for seed in range(QUICK_SEEDS if quick else SEEDS):
            say(f"{size.name}, instance {seed}")
            instance = snapshot(size.jobs, size.units, seed)
            began = time.monotonic()
            solution = solve(instance, Until(time.monotonic, size.deadline_s), seed)
            found.append((solution, time.monotonic() - began))
        figures[size.name] = [
            {
                "instance": seed,
                "cost": round(solution.plan.cost, 3),
                "bound": round(solution.bound, 3),
                "gap_percent": round(100 * solution.gap, 3),
                "wall_s": round(wall_s, 3),
            }
            for seed, (solution, wall_s) in enumerate(found)
        ]
        above = [
            100 * (solution.plan.cost / best - 1.0)
            for seed, (solution, _) in enumerate(found)
            if (best := best_known().get((size.jobs, size.units, seed)))
        ]
        bars.append(at_most(f"tours_{size.name}_above_best_known_percent", max(above, default=0.0), ABOVE_BEST_PERCENT))
        worst = max(100 * solution.gap for solution, _ in found)
        bars.append(at_most(f"tours_{size.name}_gap_percent", worst, size.gap_percent))
        bars.append(at_most(f"tours_{size.name}_s", max(wall for _, wall in found), size.deadline_s + LATE_S))
    say("a whole tick")
    figures["tick"] = tick = ticks(quick=quick, say=say)
    bars.append(at_most("tick_p99_ms", tick["p99_ms"], TICK_P99_MS))
    setting: dict[str, str | int | float] = {"instances": QUICK_SEEDS if quick else SEEDS, "threads": 2}
    return Report(bench="matching", machine=machine(), setting=setting, figures=figures, bars=bars)
