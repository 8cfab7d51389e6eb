"""At which rate do many processes work that begin together?"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.synchronize import Barrier

Work = Callable[[str, float], float]
"""Works against a database for so many seconds and tells its rate (1/s)."""

_gates: list[Barrier] = []


def from_processes(work: Work, dsn: str, processes: int, seconds: float) -> float:
    """Their rates together. None begins before all have imported what they need: imports cost a core's seconds each."""
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(processes)
    with context.Pool(processes, initializer=_stand_at, initargs=(gate,)) as pool:
        return sum(pool.starmap(_after_the_gate, [(work, dsn, seconds)] * processes, chunksize=1))


def _stand_at(gate: Barrier) -> None:
    _gates.append(gate)


def _after_the_gate(work: Work, dsn: str, seconds: float) -> float:
    # Whoever waits here takes no second part, so each process has one.
    _gates[0].wait()
    return work(dsn, seconds)
