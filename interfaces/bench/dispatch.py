"""How well does each policy serve the standard cases, run by run beside the others?"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final

from application.dispatch.policies.catalogue import POLICIES
from application.dispatch.policies.names import PolicyName
from domain.refusal import BadInput
from infra.bench.frame import Report, at_least, at_most, machine
from interfaces.bench.trials import SETTINGS, Trial, run

if TYPE_CHECKING:
    from pathlib import Path

    from infra.bench.frame import Bar
    from interfaces.simulate.measures import Figure

YARDSTICK: Final = PolicyName.LOOK_AHEAD
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


class BadChoice(BadInput):
    """There is no such policy or case."""

    code = "bad_choice"


def asked_for(data: Path, policies: str, settings: str, runs: int, seed: int, workers: int) -> Comparison:
    """What somebody asked for by names with commas, everything for none; raises BadChoice."""
    chosen = [each.strip() for each in policies.split(",") if each.strip()] or list(POLICIES)
    cases = [each.strip() for each in settings.split(",") if each.strip()] or list(SETTINGS)
    for names, known in ((chosen, POLICIES), (cases, SETTINGS)):
        unknown = [name for name in names if name not in known]
        if unknown:
            raise BadChoice(f"{unknown[0][:40]}: there are {', '.join(known)}")
    return Comparison(data, [PolicyName(name) for name in chosen], cases, runs, seed, workers)


def compare(plan: Comparison, say: Callable[[str], None]) -> Report:
    """Run everything; figures with mean and standard deviation over the runs, ratios paired run by run."""
    results: Runs = defaultdict(lambda: defaultdict(list))
    trials = [
        Trial(plan.data, setting, policy, plan.seed + n)
        for setting in plan.settings
        for n in range(plan.runs)
        for policy in plan.policies
    ]
    with ProcessPoolExecutor(plan.workers, mp_context=get_context("spawn")) as pool:
        for number, (trial, figures) in enumerate(zip(trials, pool.map(run, trials), strict=True), 1):
            results[trial.setting][trial.policy].append(figures)
            say(f"{number} of {len(trials)}: {trial.setting}, {trial.policy}, seed {trial.seed}")
    return Report(
        bench="dispatch",
        machine=machine(),
        setting={"runs": plan.runs, "first_seed": plan.seed, "challenger": plan.policies[0].value},
        figures={setting: _told(by_policy) for setting, by_policy in results.items()},
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
        told[policy] = {name: _spread(_numbers(runs, name)) for name in TOLD}
        if yardstick and policy != YARDSTICK:
            for name in (P90, MEAN):
                pairs = zip(_numbers(runs, name), _numbers(yardstick, name), strict=True)
                told[policy][f"{name}_over_{YARDSTICK}"] = _spread([ours / theirs for ours, theirs in pairs])
    return told


def _spread(values: Sequence[float]) -> dict[str, float]:
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    return {"mean": round(statistics.fmean(values), 3), "deviation": round(deviation, 3)}


def _numbers(runs: Sequence[Mapping[str, Figure]], name: str) -> list[float]:
    return [float(value) if isinstance(value := run[name], int | float) else 0.0 for run in runs]
