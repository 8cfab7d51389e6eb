"""What can be the matter in a zone for a while: closed, flooded, in such demand that it costs more?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.refusal import BadInput, Refusal

MOST_CONDITIONS = 100
"""Conditions of one zone that are on or announced: three kinds, some of them for every weekend of a season."""

LONGEST = timedelta(days=366)
"""What lasts longer than a year is no condition of a zone but the zone itself: redraw or retire it."""

LEAST_SURGE_PERCENT, MOST_SURGE_PERCENT = 101, 200
"""The published factor in percent of the price. Who is stranded cannot wait for a better hour: nobody pays more than
twice the price, whatever the demand."""


class ConditionKind(StrEnum):
    """Closed: nobody is sent there but by a person; flooded: waiting is dangerous; in surge: it costs more."""

    CLOSURE = "closure"
    FLOOD = "flood"
    SURGE = "surge"


class BadCondition(BadInput):
    """A condition ends after it begins, within a year; a surge, and it alone, has a factor of 101 to 200 percent."""

    code = "bad_condition"


class TooManyConditions(Refusal):
    """This zone has as many conditions ahead of it as one may have: lift some."""

    code = "too_many_conditions"


class NoSuchCondition(Refusal):
    """This zone has no condition of that kind then, or later."""

    code = "no_such_condition"


@dataclass(frozen=True, slots=True)
class Condition:
    """One of them: from an instant on, until before another (None: until it is lifted); the factor only of a surge."""

    kind: ConditionKind
    effective_from: datetime
    effective_until: datetime | None = None
    factor_percent: int | None = None

    def in_effect(self, at: datetime) -> bool:
        """Whether it is on at an instant."""
        return self.effective_from <= at and not self.is_over(at)

    def is_over(self, at: datetime) -> bool:
        """Whether it ended at an instant, or before."""
        return self.effective_until is not None and self.effective_until <= at


def check_condition(condition: Condition) -> None:
    """Refuse one that makes no sense; raises BadCondition."""
    until = condition.effective_until
    if until is not None and not condition.effective_from < until <= condition.effective_from + LONGEST:
        raise BadCondition("it ends after it begins, and within a year")
    factor = condition.factor_percent
    if (condition.kind is ConditionKind.SURGE) != (factor is not None):
        raise BadCondition("a surge has a factor, nothing else has one")
    if factor is not None and not LEAST_SURGE_PERCENT <= factor <= MOST_SURGE_PERCENT:
        raise BadCondition(f"a factor is {LEAST_SURGE_PERCENT} to {MOST_SURGE_PERCENT} percent")


def condition_at(conditions: Iterable[Condition], kind: ConditionKind, at: datetime) -> Condition | None:
    """The condition of a kind that is on at an instant; of several the one that was declared last."""
    found = [one for one in conditions if one.kind is kind and one.in_effect(at)]
    return found[-1] if found else None


def lifted(conditions: Iterable[Condition], kind: ConditionKind, since: datetime) -> tuple[Condition, ...]:
    """The same conditions when all of a kind end at an instant; one that had not begun by then never was."""
    return tuple(
        Condition(one.kind, one.effective_from, since, one.factor_percent)
        if one.kind is kind and not one.is_over(since)
        else one
        for one in conditions
        if not (one.kind is kind and one.effective_from >= since)
    )
