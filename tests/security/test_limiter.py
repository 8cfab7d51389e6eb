"""Is everybody limited alike over all processes, by a window that slides, with and without Redis?"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import redis.asyncio
from hypothesis import given
from hypothesis import strategies as st
from redis.exceptions import ConnectionError as RedisGone

from infra.rate.limiter import Limit, RateLimiter
from infra.rate.window import WINDOW_S, Window

pytestmark = pytest.mark.anyio
TEN = Limit("commands", 10)
START = 1_800_000_000.0 - 1_800_000_000.0 % WINDOW_S


class Clock:
    """Seconds that pass when told to."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Away:
    """Redis as it is when it is not there; counts how often somebody asked."""

    asked = 0

    async def execute_command(self, *question: str | int) -> object:
        del question
        self.asked += 1
        raise RedisGone("away")

    async def aclose(self) -> None:
        """Nothing was open."""


def alone(clock: Clock) -> RateLimiter:
    return RateLimiter(None, "cell", 0.02, clock)


async def passed(limiter: RateLimiter, times: int, caller: str = "demo/customer:usr_1", limit: Limit = TEN) -> int:
    return sum([not (await limiter.take(limit, caller)).is_over for _ in range(times)])


async def test_one_too_many_is_refused_and_another_caller_is_not() -> None:
    limiter = alone(Clock())
    assert await passed(limiter, 15) == 10
    assert await passed(limiter, 5, "demo/customer:usr_2") == 5
    assert await passed(limiter, 5, limit=Limit("queries", 10)) == 5


async def test_the_answer_says_how_many_are_left_and_when_there_are_more() -> None:
    clock = Clock()
    limiter = alone(clock)
    left = [(await limiter.take(TEN, "a")).left for _ in range(11)]
    assert left == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0]
    refused = await limiter.take(TEN, "a")
    assert refused.is_over
    clock.now += refused.reset_s
    assert not (await limiter.take(TEN, "a")).is_over, "whoever waits as long as told is let in"


async def test_the_window_slides_and_does_not_begin_anew() -> None:
    clock = Clock(START + 50)
    limiter = alone(clock)
    assert await passed(limiter, 10) == 10
    clock.now = START + 65
    assert await passed(limiter, 10) < 3, "most of the ten lie within the last minute"
    clock.now = START + 119
    assert await passed(limiter, 10) >= 9


async def test_refused_ones_are_not_counted_against_anybody() -> None:
    clock = Clock()
    limiter = alone(clock)
    await passed(limiter, 1_000)
    clock.now += 2 * WINDOW_S
    assert await passed(limiter, 10) == 10


async def test_without_redis_every_process_counts_for_itself_and_hardly_asks() -> None:
    clock, away = Clock(), Away()
    limiter = RateLimiter(away, "cell", 0.02, clock)
    assert await passed(limiter, 100) == 10
    assert away.asked == 1, "a server that is away is left alone for a second"


@given(st.lists(st.floats(0, 3, allow_nan=False), min_size=1, max_size=200), st.integers(1, 20))
def test_no_minute_lets_twice_the_limit_pass(pauses: list[float], limit: int) -> None:
    clock, times = Clock(), []
    limiter = alone(clock)

    async def play() -> None:
        for pause in pauses:
            clock.now += pause
            if not (await limiter.take(Limit("commands", limit), "a")).is_over:
                times.append(clock.now)

    asyncio.run(play())
    assert times, "the first is always let in"
    for first in times:
        assert sum(first <= other < first + WINDOW_S for other in times) <= 2 * limit


def test_a_window_forgets_what_is_two_stretches_old() -> None:
    window = Window(0, counted=7)
    window.move(61)
    assert (window.before, window.counted) == (7, 0)
    window.move(200)
    assert window.within(200) == 0


@asynccontextmanager
async def on_redis(url: str, count: int) -> AsyncIterator[list[RateLimiter]]:
    limiters = [RateLimiter(redis.asyncio.Redis.from_url(url), "cell", 1.0) for _ in range(count)]
    try:
        yield limiters
    finally:
        for limiter in limiters:
            await limiter.stop()


async def test_several_processes_share_one_limit(redis_url: str) -> None:
    hundred = Limit("commands", 100)
    async with on_redis(redis_url, 3) as limiters:
        let = 0
        for _ in range(100):
            for limiter in limiters:
                let += await passed(limiter, 1, "shared", hundred)
    # Until half of the limit nobody waits for Redis, and none of these three has told it in the background.
    assert 100 <= let <= 100 + 2 * 50
    async with on_redis(redis_url, 1) as [another]:
        assert await passed(another, 60, "shared", hundred) <= 50, "one that begins later learns of it"


async def test_what_was_let_pass_is_told_in_the_background(redis_url: str) -> None:
    hundred = Limit("commands", 100)
    async with on_redis(redis_url, 2) as [one, other]:
        await one.start()
        assert await passed(one, 40, "told", hundred) == 40
        async with redis.asyncio.Redis.from_url(redis_url) as eye:
            for _ in range(400):
                if sum([int(await eye.get(key) or 0) for key in await eye.keys("*told*")]) == 40:
                    break
                await asyncio.sleep(0.05)
        await passed(other, 50, "told", hundred)
        assert (await other.take(hundred, "told")).left < 15
