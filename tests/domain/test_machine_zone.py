"""However a zone is redrawn, retired and brought back: is what was in effect the last word, and does replay agree?"""

from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain.areas import Outline
from domain.zone import Zone
from domain.zone_conditions import Condition, ConditionKind, condition_at
from tests.support.city import ZONE_TERMS, square_area
from tests.support.effort import examples
from tests.support.machine import AggregateMachine
from tests.support.roadside import NOON
from tests.support.rulebook import STREAM, Fact

AREAS = st.sampled_from([square_area(), square_area(side=0.1), square_area(side=0.05)])
APART = st.integers(-30, 30).map(lambda hours: timedelta(hours=hours))


class ZoneMachine(AggregateMachine[Zone]):
    """Random commands on one zone."""

    def __init__(self) -> None:
        super().__init__(Zone.define(STREAM, ZONE_TERMS, square_area(), NOON, NOON))

    @rule(area=AREAS, apart=APART)
    def redraw(self, area: object, apart: timedelta) -> None:
        refused = self.attempt(lambda zone: zone.redraw(area, self.now + apart, self.now))  # type: ignore[arg-type]  # an Area
        assert (refused is None) == (apart >= -timedelta(days=1))

    @rule(apart=APART)
    def retire(self, apart: timedelta) -> None:
        self.attempt(lambda zone: zone.retire(self.now + apart, self.now))

    @rule(
        kind=st.sampled_from(ConditionKind),
        apart=APART,
        hours=st.none() | st.integers(1, 40),
        factor=st.integers(101, 200),
    )
    def declare(self, kind: ConditionKind, apart: timedelta, hours: int | None, factor: int) -> None:
        begins = self.now + apart
        until = None if hours is None else begins + timedelta(hours=hours)
        condition = Condition(kind, begins, until, factor if kind is ConditionKind.SURGE else None)
        refused = self.attempt(lambda zone: zone.declare(condition, self.now))
        if refused is None:
            assert condition_at(self.aggregate.conditions, kind, begins) == condition

    @rule(kind=st.sampled_from(ConditionKind), apart=APART)
    def lift(self, kind: ConditionKind, apart: timedelta) -> None:
        refused = self.attempt(lambda zone: zone.lift(kind, self.now + apart, self.now))
        if refused is None:
            assert condition_at(self.aggregate.conditions, kind, self.now + apart) is None

    @invariant()
    def what_is_in_effect_is_what_was_said_last(self) -> None:
        begins = {told.fields["effective_from"] for told in self.outlines()}
        for begin in begins:
            assert isinstance(begin, datetime)
            for at in (begin, begin - timedelta(microseconds=1)):
                assert self.aggregate.timeline.value_at(at) == self.told_of(at)

    def outlines(self) -> list[Fact]:
        """What was told of the outline."""
        return [told for told in self.history if "kind" not in told.fields]

    def told_of(self, at: datetime) -> Outline | None:
        """By the history alone: the last that begins, of those the one told last."""
        begun = [told for told in self.outlines() if told.fields["effective_from"] <= at]  # type: ignore[operator]  # instants
        if not begun:
            return None
        latest = max(told.fields["effective_from"] for told in begun)  # type: ignore[type-var]  # instants
        return [told.fields.get("geometry") for told in begun if told.fields["effective_from"] == latest][-1]  # type: ignore[return-value]


TestZone = ZoneMachine.TestCase
TestZone.settings = settings(max_examples=examples(40), stateful_step_count=20, deadline=None)
