"""What if Redis is wiped, or away while crews say where they are? Nothing is lost, and nobody waits."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import redis

from infra.embedded.redis import EmbeddedRedis
from infra.positions.latest import REST_S, LatestPositions, redis_client
from infra.positions.store import SILENT_FOR_S, Positions, open_positions
from infra.positions.track import PositionTrack, track_pool
from tests.positions.sender import BATCH, BATCHES
from tests.positions.test_port import NOW, seen
from tests.support.roadside import OTHER_SHIFT, SHIFT, TENANT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def keys(url: str) -> int:
    with redis.Redis.from_url(url) as client:
        return len(list(client.scan_iter("vehicaid:*:pos:*")))


async def test_wiped_in_the_middle_it_is_filled_again_from_the_track(positions: Positions, redis_url: str) -> None:
    await positions.keep(TENANT, [seen(0), seen(1), seen(3, OTHER_SHIFT)])
    assert keys(redis_url) == 2
    with redis.Redis.from_url(redis_url) as client:
        client.flushdb()
    assert await positions.last(TENANT, [SHIFT, OTHER_SHIFT], NOW) == {
        SHIFT: seen(1),
        OTHER_SHIFT: seen(3, OTHER_SHIFT),
    }
    assert keys(redis_url) == 2
    with redis.Redis.from_url(redis_url) as client:
        client.flushdb()
    await positions.keep(TENANT, [seen(0.5)])
    assert (await positions.last(TENANT, [SHIFT], NOW))[SHIFT] in {seen(1), seen(0.5)}
    await positions.keep(TENANT, [seen(4)])
    assert (await positions.last(TENANT, [SHIFT], NOW))[SHIFT] == seen(4)


async def test_a_key_ends_with_its_time(positions: Positions, redis_url: str) -> None:
    await positions.keep(TENANT, [seen(0)])
    with redis.Redis.from_url(redis_url) as client:
        (key,) = client.scan_iter("vehicaid:*:pos:*")
        assert 3_000_000 < client.pttl(key) <= 3_600_000


async def test_two_processes_that_send_the_same_in_another_order_agree(database: Database, redis_url: str) -> None:
    """As two api processes behind one address: each gets its share of a phone's batches, some of them twice."""
    settings = database.settings.model_copy(update={"redis_url": redis_url})
    command = [sys.executable, "-P", "-m", "tests.positions.sender", settings.database_url, redis_url, NOW.isoformat()]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    senders = [
        await asyncio.create_subprocess_exec(*command, seed, env=environment, stdout=asyncio.subprocess.PIPE)
        for seed in ("1", "2")
    ]
    told = [(await sender.communicate())[0] for sender in senders]
    assert sum(map(int, told)) == BATCHES * BATCH, "each was new to one of them"
    newest = seen(BATCHES * BATCH - 1)
    async with open_positions(settings, "test-third") as third:
        assert (await third.last(TENANT, [SHIFT], NOW))[SHIFT].ping == newest.ping
        with redis.Redis.from_url(redis_url) as client:
            client.flushdb()
        assert (await third.last(TENANT, [SHIFT], NOW))[SHIFT].ping == newest.ping


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    server = EmbeddedRedis(tmp_path / "redis", "for-tests-only", append_only=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(database: Database, own_redis: EmbeddedRedis, clock: Clock) -> AsyncIterator[Positions]:
    pool = track_pool(database.app_dsn)
    await pool.open()
    settings = database.settings.model_copy(update={"redis_url": own_redis.url()})
    latest = LatestPositions(redis_client(settings), "cell_main", timedelta(hours=1), clock)
    yield Positions(PositionTrack(pool), latest, clock)
    await latest.close()
    await pool.close()


async def test_gone_for_ten_seconds_under_pings(store: Positions, own_redis: EmbeddedRedis, clock: Clock) -> None:
    """Everything is kept and can be read meanwhile; once it is back it knows what came when it was away."""
    await store.keep(TENANT, [seen(0)])
    own_redis.stop()
    for second in range(1, 11):
        clock.now += 1.0 + REST_S / 100
        assert len(await store.keep(TENANT, [seen(second), seen(second, OTHER_SHIFT)])) == 2
        assert (await store.last(TENANT, [SHIFT, OTHER_SHIFT], NOW))[SHIFT] == seen(second)
    own_redis.start()
    clock.now += REST_S + 0.1
    await store.keep(TENANT, [seen(11)])
    clock.now += REST_S + 0.1
    assert keys(own_redis.url()) == 2, "what was owed has been written"
    with redis.Redis.from_url(own_redis.url()) as client:
        values = [str(client.get(key)) for key in client.scan_iter("vehicaid:*:pos:*")]
    assert len(values) == 2
    assert await store.last(TENANT, [SHIFT, OTHER_SHIFT], NOW) == {SHIFT: seen(11), OTHER_SHIFT: seen(10, OTHER_SHIFT)}


async def test_while_it_is_away_it_is_not_asked_at_every_ping(
    store: Positions, own_redis: EmbeddedRedis, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    own_redis.stop()
    client = store._latest._client if store._latest else None
    assert client is not None
    plain = client.execute_command

    async def counted(*question: object) -> object:
        nonlocal asked
        asked += 1
        return await plain(*question)  # type: ignore[no-untyped-call]  # redis-py's

    monkeypatch.setattr(client, "execute_command", counted)
    for second in range(20):
        await store.keep(TENANT, [seen(second)])
    assert asked == 1
    clock.now += REST_S + 0.1
    await store.keep(TENANT, [seen(30)])
    assert asked == 2


async def test_a_shift_that_never_spoke_is_not_looked_up_again_and_again(
    store: Positions, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    plain = PositionTrack.last

    async def counted(self: PositionTrack, *asked: object) -> object:
        nonlocal looks
        looks += 1
        return await plain(self, *asked)  # type: ignore[arg-type]  # passed on as they are

    monkeypatch.setattr(PositionTrack, "last", counted)
    for _ in range(10):
        assert await store.last(TENANT, [SHIFT], NOW) == {}
    assert looks == 1
    await store.keep(TENANT, [seen(0)])
    assert SHIFT in await store.last(TENANT, [SHIFT], NOW)
    clock.now += SILENT_FOR_S + 1
    assert SHIFT in await store.last(TENANT, [SHIFT], NOW)
    assert looks == 1
