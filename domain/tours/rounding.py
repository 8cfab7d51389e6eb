"""Which whole plan is nearest to a solution that mixes tours?"""

from __future__ import annotations

from domain.tours.instance import Instance
from domain.tours.plan import Plan, Tour, plan_of


def rounded(instance: Instance, shares: list[tuple[float, Tour]]) -> Plan:
    """Take tours from the most used one down, as long as unit and jobs are free; the rest waits for repair."""
    tours: list[tuple[int, ...]] = [()] * instance.units
    covered: set[int] = set()
    for _, tour in sorted(shares, key=lambda share: -share[0]):
        if tour.unit >= 0 and not tours[tour.unit] and covered.isdisjoint(tour.jobs):
            tours[tour.unit] = tour.jobs
            covered.update(tour.jobs)
    return plan_of(instance, tours)
