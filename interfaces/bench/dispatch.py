"""How well does each policy serve the standard cases, run by run beside the others?"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final

from application.dispatch.policies.catalogue import POLICIES
from application.dispatch.policies.names import PolicyName
from domain.refusal import BadInput
from infra.bench.frame import Report, at_least, at_most, machine
from interfaces.bench.kept_runs import KeptRuns
from interfaces.bench.trials import SETTINGS, Trial, bounds_of, run

if TYPE_CHECKING:
    from pathlib import Path

    from infra.bench.frame import Bar
    from interfaces.simulate.measures import Figure

YARDSTICK: Final = PolicyName.LOOK_AHEAD
CLAIRVOYANT: Final = "clairvoyant bound"
"""Beside the policies: what nobody could do better (``interfaces/bench/clairvoyant.py``)."""
OTHERS_DRAWS: Final = 3
"""Of policies that are only shown beside the pair: half of them are slow, and far from both."""
P90, MEAN = "response_p90_min", "response_mean_min"
WITHIN, EXPIRED, ASSIGNED = "arrived_within_30_min_percent", "expired_percent", "assigned_after_p50_s"
TOLD: Final = (EXPIRED, "response_p50_min", P90, WITHIN, MEAN, ASSIGNED, "offers_per_job")
Limit = Callable[[str, Sequence[Mapping[str, "Figure"]], Sequence[Mapping[str, "Figure"]]], "Bar"]
"""The bar of a setting, from our runs and those of the yardstick."""
Runs = dict[str, dict[str, list[dict[str, "Figure"]]]]
"""By setting and policy: the figures of each run, in the order of the seeds."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared: the first policy is the one that has to be better than the yardstick."""

    data: Path
    policies: Sequence[PolicyName]
    settings: Sequence[str]
    runs: int
    seed: int = 1
    workers: int = 2
    keep: Path | None = None
    """The folder of runs that are over, each a file; a run that is there is not played again."""

    def draws(self, setting: str, policy: PolicyName) -> int:
        """How many runs: as many as are asked for of the pair that is held to bars, some of all others."""
        most = min(self.runs, SETTINGS[setting].draws)
        return most if policy in (self.policies[0], YARDSTICK) else min(most, OTHERS_DRAWS)

    def trials(self) -> list[Trial]:
        """All runs: case by case, and pair by pair, so that what was stopped can be compared."""
        return [
            Trial(self.data, setting, policy, self.seed + n)
            for setting in self.settings
            for n in range(self.runs)
            for policy in self.policies
            if n < self.draws(setting, policy)
        ]


class BadChoice(BadInput):
    """There is no such policy or case."""

    code = "bad_choice"


def asked_for(
    data: Path, policies: str, settings: str, runs: int, seed: int, workers: int, keep: Path | None = None
) -> Comparison:
    """What somebody asked for by names with commas, everything for none; raises BadChoice."""
    chosen = [each.strip() for each in policies.split(",") if each.strip()] or [
        PolicyName.ASSIGNMENT,
        *(name for name in POLICIES if name != PolicyName.ASSIGNMENT),
    ]
    cases = [each.strip() for each in settings.split(",") if each.strip()] or list(SETTINGS)
    for names, known in ((chosen, POLICIES), (cases, SETTINGS)):
        unknown = [name for name in names if name not in known]
        if unknown:
            raise BadChoice(f"{unknown[0][:40]}: there are {', '.join(known)}")
    return Comparison(data, [PolicyName(name) for name in chosen], cases, runs, seed, workers, keep)


def compare(plan: Comparison, say: Callable[[str], None]) -> Report:
    """Run what is not kept; figures with mean and standard deviation, ratios paired run by run. Raises BadFile."""
    results: Runs = defaultdict(lambda: defaultdict(list))
    trials, kept = plan.trials(), KeptRuns(plan.keep)
    with ProcessPoolExecutor(plan.workers, mp_context=get_context("spawn")) as pool:
        played = pool.map(partial(run, kept=kept), trials)
        for number, (trial, figures) in enumerate(zip(trials, played, strict=True), 1):
            results[trial.setting][trial.policy].append(figures)
            say(f"{number} of {len(trials)}: {trial.setting}, {trial.policy}, seed {trial.seed}")
    best: dict[str, list[dict[str, float]]] = {}
    for setting in plan.settings:
        say(f"bounds of {setting}")
        draws = range(min(plan.draws(setting, YARDSTICK), OTHERS_DRAWS))
        bounds = [bounds_of(Trial(plan.data, setting, YARDSTICK, plan.seed + n)) for n in draws]
        best[setting] = [each for each in bounds if each is not None]
    return Report(
        bench="dispatch",
        machine=machine(),
        setting={"runs": plan.runs, "first_seed": plan.seed, "challenger": plan.policies[0].value},
        figures={setting: {**_told(by_policy), **_told_best(best[setting])} for setting, by_policy in results.items()},
        bars=bars(plan.policies[0], results),
    )


def bars(challenger: PolicyName, results: Runs) -> list[Bar]:
    """What the challenger must reach against the yardstick, for the settings that were run with both."""
    found: list[Bar] = []
    for setting, limits in LIMITS.items():
        ours, theirs = (results.get(setting, {}).get(policy, []) for policy in (challenger, YARDSTICK))
        if ours and theirs:
            found += [limit(setting, ours, theirs) for limit in limits]
    return found


def _mean(runs: Sequence[Mapping[str, Figure]], name: str) -> float:
    return statistics.fmean(_numbers(runs, name))


def _ratio(name: str, most: float) -> Limit:
    return lambda setting, ours, theirs: at_most(
        f"{setting}: {name} over that of {YARDSTICK}", _mean(ours, name) / _mean(theirs, name), most
    )


def _more(name: str, least: float) -> Limit:
    return lambda setting, ours, theirs: at_least(
        f"{setting}: {name} more than {YARDSTICK}", _mean(ours, name) - _mean(theirs, name), least
    )


def _no_more(name: str, most: float) -> Limit:
    return lambda setting, ours, theirs: at_most(
        f"{setting}: {name} more than {YARDSTICK}", _mean(ours, name) - _mean(theirs, name), most
    )


def _below(name: str, most: float) -> Limit:
    return lambda setting, ours, _theirs: at_most(f"{setting}: {name}", _mean(ours, name), most)


LIMITS: Final[Mapping[str, Sequence[Limit]]] = {
    "blizzard-20": (_ratio(P90, 0.95), _ratio(MEAN, 0.96), _more(WITHIN, 1.5), _no_more(EXPIRED, 0.0)),
    "blizzard-27": (_ratio(P90, 0.97), _ratio(MEAN, 0.98)),
    "blizzard-20-noisy": (_ratio(P90, 1.0), _ratio(MEAN, 1.0)),
    "calm-20-declining": (_below(ASSIGNED, 60.0),),
    "months-27": (_ratio(P90, 0.98),),
}
"""What issue 4 asks for."""


def _told(by_policy: Mapping[str, Sequence[Mapping[str, Figure]]]) -> dict[str, dict[str, dict[str, float]]]:
    told: dict[str, dict[str, dict[str, float]]] = {}
    yardstick = by_policy.get(YARDSTICK, ())
    for policy, runs in by_policy.items():
        told[policy] = {"draws": _spread([len(runs)]), **{name: _spread(_numbers(runs, name)) for name in TOLD}}
        if yardstick and policy != YARDSTICK:
            for name in (P90, MEAN):
                pairs = zip(_numbers(runs, name), _numbers(yardstick, name), strict=False)  # the first draws of both
                told[policy][f"{name}_over_{YARDSTICK}"] = _spread([ours / theirs for ours, theirs in pairs])
    return told


def _told_best(bounds: Sequence[Mapping[str, float]]) -> dict[str, dict[str, dict[str, float]]]:
    return {CLAIRVOYANT: {name: _spread([each[name] for each in bounds]) for name in bounds[0]}} if bounds else {}


def _spread(values: Sequence[float]) -> dict[str, float]:
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    return {"mean": round(statistics.fmean(values), 3), "deviation": round(deviation, 3)}


def _numbers(runs: Sequence[Mapping[str, Figure]], name: str) -> list[float]:
    return [float(value) if isinstance(value := run[name], int | float) else 0.0 for run in runs]
