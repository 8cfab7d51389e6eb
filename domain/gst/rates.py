"""Which rate of tax applied to a service on a day? A table with dates: a rate is data, never a rule."""

from dataclasses import dataclass
from datetime import date

from domain.refusal import Refusal

WHOLE_BP = 10_000
"""Basis points of a whole."""


class NoRate(Refusal):
    """The table has no rate for this service on this day."""

    code = "no_rate"


@dataclass(frozen=True, slots=True)
class Rate:
    """From a day on, a service is taxed by so many basis points; an empty ``sac`` is whatever has no row of its own."""

    sac: str
    since: date
    rate_bp: int


@dataclass(frozen=True, slots=True)
class RateTable:
    """All rates through time, in any order."""

    rows: tuple[Rate, ...]

    def rate_bp(self, sac: str, day: date) -> int:
        """What applied that day: of the longest code that fits the newest row; raises NoRate."""
        fitting = [row for row in self.rows if sac.startswith(row.sac) and row.since <= day]
        if not fitting:
            raise NoRate(sac=sac, day=day.isoformat())
        return max(fitting, key=lambda row: (len(row.sac), row.since)).rate_bp


WORKING_RATES = RateTable((Rate("", date(2017, 7, 1), 1_800),))
"""18 % on roadside services since the tax began, which is also the rate where none can be told (rule 50).

A starting point and no advice: a deployment's own adviser signs the table that is used.
"""
