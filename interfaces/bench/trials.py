"""Which cases are policies compared on, and what does one run of one of them come to?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from application.dispatch.policies.names import PolicyName
from interfaces.bench.clairvoyant import bounds
from interfaces.simulate.benchmark import BLIZZARD, standard_case
from interfaces.simulate.demand import Demand
from interfaces.simulate.measures import measured
from interfaces.simulate.play import play
from interfaces.simulate.script import Script
from interfaces.simulate.supply import Supply

if TYPE_CHECKING:
    from interfaces.bench.kept_runs import KeptRuns
    from interfaces.simulate.benchmark import Case
    from interfaces.simulate.measures import Figure

JITTER_S: Final = 60.0
"""One storm is one draw: each run moves every call by up to a minute."""
STILL: Final = Script()
DECLINES: Final = Script(decline_rate=0.41, answer_s=(5.0, 45.0))
NOISE: Final = Script(work_noise=0.3, travel_noise=0.3)
ALL_DAYS: Final = None
CALM: Final = (date(2016, 2, 1), date(2016, 2, 29))
"""A month after the storm: weather as it usually is."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A case: how many crews, which days, how the world behaves."""

    providers: int
    days: tuple[date, date] | None
    world: Script = STILL
    draws: int = 20
    """At the most: what a case takes that is longer than a storm, it takes for each policy."""


SETTINGS: Final = {
    "blizzard-20": Setting(20, BLIZZARD),
    "blizzard-27": Setting(27, BLIZZARD),
    "blizzard-20-noisy": Setting(20, BLIZZARD, NOISE),
    "calm-20-declining": Setting(20, CALM, DECLINES, draws=2),
    "months-27": Setting(27, ALL_DAYS, draws=2),
}


@dataclass(frozen=True, slots=True)
class Trial:
    """One run: the same seed moves the same calls in the same way for every policy."""

    data: Path
    setting: str
    policy: PolicyName
    seed: int


def run(trial: Trial, kept: KeptRuns) -> dict[str, Figure]:
    """Play it and keep what it came to, the figures of ``measured``; or what it came to before. Raises BadFile."""
    if (before := kept.of(trial)) is not None:
        return before
    case = _case(trial.data, trial.setting)
    figures = measured(asyncio.run(play(Demand(case.calls), Supply(case.crews), _world(trial))))
    kept.keep(trial, figures)
    return figures


def bounds_of(trial: Trial) -> dict[str, float] | None:
    """What nobody could do better on that draw, whoever decides; None where that is not known."""
    case, world = _case(trial.data, trial.setting), _world(trial)
    moved = Demand(case.calls).moved({call.id: world.jitter_of(call) for call in case.calls})
    return bounds(moved.calls, case.crews, world)


def _world(trial: Trial) -> Script:
    return replace(SETTINGS[trial.setting].world, policy=trial.policy, seed=trial.seed, jitter_s=JITTER_S)


@lru_cache(maxsize=len(SETTINGS))
def _case(data: Path, name: str) -> Case:
    setting = SETTINGS[name]
    return standard_case(data, setting.providers, setting.days)
