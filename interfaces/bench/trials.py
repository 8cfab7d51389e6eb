"""Which cases are policies compared on, and what does one run of one of them come to?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from application.dispatch.policies.names import PolicyName
from interfaces.simulate.benchmark import BLIZZARD, standard_case
from interfaces.simulate.demand import Demand
from interfaces.simulate.measures import measured
from interfaces.simulate.play import play
from interfaces.simulate.script import Script
from interfaces.simulate.supply import Supply

if TYPE_CHECKING:
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


SETTINGS: Final = {
    "blizzard-20": Setting(20, BLIZZARD),
    "blizzard-27": Setting(27, BLIZZARD),
    "blizzard-20-noisy": Setting(20, BLIZZARD, NOISE),
    "calm-20-declining": Setting(20, CALM, DECLINES),
    "months-27": Setting(27, ALL_DAYS),
}


@dataclass(frozen=True, slots=True)
class Trial:
    """One run: the same seed moves the same calls in the same way for every policy."""

    data: Path
    setting: str
    policy: PolicyName
    seed: int


def run(trial: Trial) -> dict[str, Figure]:
    """Play it; the figures of ``measured``."""
    case = _case(trial.data, trial.setting)
    world = replace(SETTINGS[trial.setting].world, policy=trial.policy, seed=trial.seed, jitter_s=JITTER_S)
    return measured(asyncio.run(play(Demand(case.calls), Supply(case.crews), world)))


@lru_cache(maxsize=len(SETTINGS))
def _case(data: Path, name: str) -> Case:
    setting = SETTINGS[name]
    return standard_case(data, setting.providers, setting.days)
