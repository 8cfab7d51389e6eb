"""Who may rate whom, when, and how often?"""

from datetime import datetime, timedelta

import pytest

from application.rate_job import RateJob, rate_job
from domain.actor import Actor
from domain.rating import RatingFinal, Tag, TooLateToRate
from domain.refusal import NotAllowed, NotFound, OutOfTurn
from tests.application.world import World
from tests.support.roadside import (
    ANOTHER_CUSTOMER,
    ANOTHER_PROVIDER,
    DESK_ACTOR,
    LATER,
    REQUEST,
    SOON,
    THE_CUSTOMER,
    THE_PROVIDER,
    some_id,
)

pytestmark = pytest.mark.anyio


def rate(actor: Actor = THE_CUSTOMER, stars: int = 5, at: datetime = LATER, *tags: Tag) -> RateJob:
    return RateJob(actor, REQUEST, stars, tags, at)


async def finished() -> World:
    world = World()
    await world.held()
    await world.drive()
    await world.arrive()
    await world.complete()
    return world


async def test_both_sides_rate_once_and_may_think_better_of_it() -> None:
    world = await finished()
    before = world.head
    await world.run(rate_job, rate(THE_CUSTOMER, 4, LATER, Tag.LATE))
    await world.run(rate_job, rate(THE_PROVIDER, 5, LATER, Tag.CLEAR_DIRECTIONS))
    await world.run(rate_job, rate(THE_CUSTOMER, 4, LATER, Tag.LATE))
    done = await world.run(rate_job, rate(THE_CUSTOMER, 5))
    assert (done.answer["by"], done.answer["stars"], done.answer["tags"]) == ("customer", 5, [])
    assert world.topics(before) == ["rating.given", "rating.given", "rating.revised"]


async def test_a_rating_stands_after_a_day() -> None:
    world = await finished()
    await world.run(rate_job, rate(stars=4))
    with pytest.raises(RatingFinal):
        await world.run(rate_job, rate(stars=1, at=LATER + timedelta(days=2)))


async def test_after_a_week_it_is_too_late() -> None:
    world = await finished()
    with pytest.raises(TooLateToRate):
        await world.run(rate_job, rate(at=SOON + timedelta(days=8)))


async def test_only_a_completed_job_is_rated() -> None:
    world = await World().held()
    with pytest.raises(OutOfTurn):
        await world.run(rate_job, rate())


@pytest.mark.parametrize(
    ("actor", "refusal"), [(ANOTHER_CUSTOMER, NotFound), (ANOTHER_PROVIDER, NotFound), (DESK_ACTOR, NotAllowed)]
)
async def test_only_those_of_the_job_rate_it(actor: Actor, refusal: type[Exception]) -> None:
    world = await finished()
    before = world.head
    with pytest.raises(refusal):
        await world.run(rate_job, rate(actor))
    assert world.head == before


async def test_nobody_rates_what_is_not_there() -> None:
    with pytest.raises(NotFound):
        await World().run(rate_job, RateJob(THE_CUSTOMER, some_id(5), 5, (), LATER))
