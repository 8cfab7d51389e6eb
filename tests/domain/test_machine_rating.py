"""However a rating is revised: do the stars told and taken back add up, and does replay agree?"""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain.rating import RatedJob, Rating, Side, Tag
from tests.support.effort import examples
from tests.support.machine import AggregateMachine
from tests.support.roadside import CUSTOMER, NOON, PROVIDER, REQUEST
from tests.support.rulebook import STREAM


class RatingMachine(AggregateMachine[Rating]):
    """Random revisions of one rating, some of them a day later."""

    def __init__(self) -> None:
        super().__init__(Rating.give(STREAM, RatedJob(REQUEST, CUSTOMER, PROVIDER, NOON), Side.CUSTOMER, 3, (), NOON))

    @rule(stars=st.integers(0, 6), tags=st.lists(st.sampled_from(Tag), max_size=6))
    def revise(self, stars: int, tags: list[Tag]) -> None:
        before = (self.aggregate.stars, self.aggregate.tags)
        refused = self.attempt(lambda rating: rating.revise(stars, tags, self.now))
        if refused is None and self.now > NOON + timedelta(days=1):
            assert (self.aggregate.stars, self.aggregate.tags) == before

    @rule()
    def half_a_day_passes(self) -> None:
        self.now += timedelta(hours=12)

    @invariant()
    def stars_that_are_added_up_are_those_that_stand(self) -> None:
        total = 0
        for told in self.history:
            stars, before = told.fields["stars"], told.fields.get("stars_before", 0)
            assert isinstance(stars, int)
            assert isinstance(before, int)
            total += stars - before
        assert total == self.aggregate.stars
        assert 1 <= total <= 5


TestRating = RatingMachine.TestCase
TestRating.settings = settings(max_examples=examples(40), stateful_step_count=20, deadline=None)
