"""What is a plan: who serves which jobs in which order, and what does it cost?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from domain.tours.instance import Instance


class Tour(NamedTuple):
    """One unit's jobs in order; ``unit`` -1 is the contractor of a single job."""

    unit: int
    jobs: tuple[int, ...]
    cost: float


@dataclass(frozen=True)
class Plan:
    """``tours[unit]`` are its jobs in order; whoever is in none is left to a contractor."""

    tours: tuple[tuple[int, ...], ...]
    contractors: tuple[int, ...]
    cost: float

    def chosen(self, instance: Instance) -> list[Tour]:
        """Its parts with their costs."""
        own = [Tour(u, jobs, instance.tour_cost(u, jobs)) for u, jobs in enumerate(self.tours) if jobs]
        return own + [Tour(-1, (job,), float(instance.contractor_cost[job])) for job in self.contractors]


def plan_of(instance: Instance, tours: Iterable[Sequence[int]]) -> Plan:
    """The plan in which every unit drives its tour; its cost is added up from the instance, trusting nobody."""
    given = tuple(tuple(int(job) for job in jobs) for jobs in tours)
    served = {job for jobs in given for job in jobs}
    contractors = tuple(job for job in range(instance.jobs) if job not in served)
    cost = sum(instance.tour_cost(unit, jobs) for unit, jobs in enumerate(given))
    cost += sum(float(instance.contractor_cost[job]) for job in contractors)
    return Plan(given, contractors, cost)


def without_repeats(instance: Instance, chosen: Iterable[Tour]) -> Plan:
    """Tours that may share jobs, made a plan: a job stays where leaving it out would save least."""
    tours: list[tuple[int, ...]] = [()] * instance.units
    for tour in chosen:
        if tour.unit >= 0:
            tours[tour.unit] = tour.jobs
    at: dict[int, list[int]] = {}
    for unit, jobs in enumerate(tours):
        for job in jobs:
            at.setdefault(job, []).append(unit)
    for job, units in at.items():
        keeps = min(units, key=lambda unit: (_saving(instance, unit, tours[unit], job), unit))
        for unit in units:
            if unit != keeps:
                tours[unit] = tuple(other for other in tours[unit] if other != job)
    return plan_of(instance, tours)


def _saving(instance: Instance, unit: int, jobs: tuple[int, ...], job: int) -> float:
    rest = tuple(other for other in jobs if other != job)
    return instance.tour_cost(unit, jobs) - instance.tour_cost(unit, rest)


def still_possible(instance: Instance, tours: Iterable[Sequence[int]]) -> Plan:
    """A plan of earlier, as far as it still makes sense: unknown, repeated and unfit jobs are left out."""
    kept: list[tuple[int, ...]] = [()] * instance.units
    seen: set[int] = set()
    for unit, jobs in enumerate(tours):
        for job in jobs:
            if unit < instance.units and 0 <= job < instance.jobs and job not in seen and instance.capable[unit, job]:
                seen.add(job)
                kept[unit] = (*kept[unit], job)
    return plan_of(instance, kept)
