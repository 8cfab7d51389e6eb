"""Who may say what of the other side, until when, and when does the other side hear of it?"""

from datetime import timedelta

import pytest

from domain.rating import (
    BadRating,
    RatedJob,
    Rating,
    RatingFinal,
    Side,
    Tag,
    TooLateToRate,
    is_visible,
    rating_id_of,
)
from tests.domain.city_facts import GIVEN, REVISED
from tests.support.roadside import CUSTOMER, LATER, NOON, PROVIDER, REQUEST
from tests.support.rulebook import STREAM, born, given

DAY = timedelta(hours=24)
WEEK = timedelta(days=7)


def rate(stars: int, *tags: Tag, by: Side = Side.CUSTOMER, after: timedelta = timedelta()) -> Rating:
    return Rating.give(STREAM, RatedJob(REQUEST, CUSTOMER, PROVIDER, NOON - after), by, stars, tags, NOON)


def test_a_rating_is_given() -> None:
    assert born(rate(4, Tag.LATE, Tag.CAREFUL, Tag.LATE)) == GIVEN


def test_each_side_has_one_rating_of_a_job() -> None:
    assert rating_id_of(REQUEST, Side.CUSTOMER) != rating_id_of(REQUEST, Side.PROVIDER)
    assert rating_id_of(REQUEST, Side.CUSTOMER) == rating_id_of(REQUEST, Side.CUSTOMER)


def test_a_rating_is_revised_within_a_day() -> None:
    given(Rating, GIVEN).when(lambda rating: rating.revise(5, (), LATER)).then(REVISED)
    given(Rating, GIVEN).when(lambda rating: rating.revise(4, (Tag.LATE, Tag.CAREFUL), LATER)).then_nothing()
    given(Rating, GIVEN).when(lambda r: r.revise(1, (), NOON + DAY + timedelta(seconds=1))).then_refused(RatingFinal)
    given(Rating, GIVEN).when(lambda r: r.revise(0, (), LATER)).then_refused(BadRating)


def test_saying_the_same_again_is_never_too_late() -> None:
    given(Rating, GIVEN).when(lambda r: r.revise(4, (Tag.LATE, Tag.CAREFUL), NOON + WEEK)).then_nothing()


@pytest.mark.parametrize(
    ("stars", "tags", "by"),
    [
        (0, (), Side.CUSTOMER),
        (6, (), Side.CUSTOMER),
        (3, (Tag.UNREACHABLE,), Side.CUSTOMER),
        (3, (Tag.SKILLED,), Side.PROVIDER),
        (3, (Tag.ON_TIME, Tag.POLITE, Tag.SKILLED, Tag.CAREFUL, Tag.LATE, Tag.RUDE), Side.CUSTOMER),
    ],
)
def test_what_cannot_be_said_is_refused(stars: int, tags: tuple[Tag, ...], by: Side) -> None:
    with pytest.raises(BadRating):
        rate(stars, *tags, by=by)


def test_a_job_is_rated_within_a_week() -> None:
    assert rate(5, after=WEEK).stars == 5
    with pytest.raises(TooLateToRate):
        rate(5, after=WEEK + timedelta(seconds=1))


def test_a_rating_is_hidden_until_both_are_given_or_a_week() -> None:
    assert not is_visible(NOON, NOON + WEEK - timedelta(seconds=1), both_given=False)
    assert is_visible(NOON, NOON + WEEK, both_given=False)
    assert is_visible(NOON, NOON, both_given=True)
