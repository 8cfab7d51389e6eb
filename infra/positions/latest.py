"""Where was each shift last, as Redis remembers it? A cache: it may be wiped at any moment."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar, cast

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from application.positions import Seen
from domain.positions import Ping
from infra.telemetry import metrics
from infra.telemetry.logging import log

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from infra.settings import Settings

T = TypeVar("T")

# One key of a batch after the other, each only if what is there is older: so the order in which batches arrive, and
# the process that brings them, do not matter. Values begin with the instant of the ping in microseconds.
NEWER_ONLY: Final = """
local written = 0
for n, key in ipairs(KEYS) do
  local known = redis.call('GET', key)
  if not known or tonumber(string.match(known, '^%d+')) < tonumber(ARGV[2 * n]) then
    redis.call('SET', key, ARGV[2 * n + 1], 'PX', ARGV[1])
    written = written + 1
  end
end
return written"""
# 5,000 keys in one MGET: some milliseconds, during which Redis does nothing else.
KEYS_AT_ONCE: Final = 5_000
# 1 s without asking after a failure: else every call of a busy process waits for a server that is away.
REST_S: Final = 1.0
# What could not be written while Redis was away is kept for when it is back; beyond it the next pings do.
MOST_OWED: Final = 10_000

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


class RedisAway(Exception):
    """Redis does not answer; whoever asks goes on without it."""


class LatestPositions:
    """The newest position of each shift, by key ``vehicaid:{cell}:pos:{tenant}:{shift}``, for as long as it matters.

    Never raises anything but RedisAway, and then at most once per REST_S after waiting for an answer.
    """

    def __init__(
        self,
        client: redis.asyncio.Redis,
        cell: str,
        kept_for: timedelta,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._cell = cell
        self._kept_ms = int(kept_for / timedelta(milliseconds=1))
        self._clock = clock
        self._rests_until = 0.0
        self._owed: dict[str, Seen] = {}

    async def put(self, tenant: str, seen: Sequence[Seen]) -> None:
        """Remember the newest of each shift, unless a newer one is there. Raises RedisAway: then it is made up for."""
        # What could not be written before goes along; another call meanwhile does not carry it a second time.
        batch, self._owed = self._owed, {}
        _note_newest(batch, {self._key(tenant, each.shift_id): each for each in sorted(seen, key=_taken_at)})
        written = False
        try:
            for keys in _parts(list(batch)):
                arguments = [part for key in keys for part in _written(batch[key])]
                await self._ask("EVAL", NEWER_ONLY, len(keys), *keys, self._kept_ms, *arguments)
            written = True
        finally:
            # Also when the caller went away in the middle.
            if not written:
                _note_newest(self._owed, batch)
                for key in list(self._owed)[: max(0, len(self._owed) - MOST_OWED)]:
                    del self._owed[key]

    async def get(self, tenant: str, shift_ids: Sequence[UUID]) -> Mapping[UUID, Seen]:
        """What is remembered of these shifts; raises RedisAway."""
        found: dict[UUID, Seen] = {}
        for part in _parts(shift_ids):
            keys = [self._key(tenant, shift_id) for shift_id in part]
            values = cast("list[bytes | None]", await self._ask("MGET", *keys))
            for shift_id, value in zip(part, values, strict=True):
                if value is not None:
                    found[shift_id] = _read(shift_id, value)
        return found

    async def drop(self, tenant: str, shift_ids: Sequence[UUID]) -> None:
        """Forget these shifts; raises RedisAway."""
        for part in _parts(shift_ids):
            keys = [self._key(tenant, shift_id) for shift_id in part]
            for key in keys:
                self._owed.pop(key, None)
            await self._ask("DEL", *keys)

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    def _key(self, tenant: str, shift_id: UUID) -> str:
        return f"vehicaid:{self._cell}:pos:{tenant}:{shift_id.hex}"

    async def _ask(self, *question: str | int) -> object:
        if self._clock() < self._rests_until:
            raise RedisAway
        try:
            answer: object = await self._client.execute_command(*question)  # type: ignore[no-untyped-call]  # redis-py's
        except (RedisError, OSError, TimeoutError) as error:
            self._rests_until = self._clock() + REST_S
            metrics.redis_failures.inc()
            log(__name__).warning("redis_away", error=type(error).__name__)
            raise RedisAway from error
        return answer


def redis_client(settings: Settings) -> redis.asyncio.Redis:
    """A client that fails fast: nothing here is worth waiting for."""
    return redis.asyncio.Redis.from_url(
        settings.redis_url,
        socket_timeout=settings.redis_timeout_s,
        socket_connect_timeout=settings.redis_timeout_s,
        retry=Retry(NoBackoff(), 0),
    )


def _note_newest(known: dict[str, Seen], told: Mapping[str, Seen]) -> None:
    for key, each in told.items():
        if key not in known or known[key].ping.taken_at < each.ping.taken_at:
            known[key] = each


def _taken_at(seen: Seen) -> datetime:
    return seen.ping.taken_at


def _parts(things: Sequence[T]) -> list[Sequence[T]]:
    return [things[first : first + KEYS_AT_ONCE] for first in range(0, len(things), KEYS_AT_ONCE)]


def _written(seen: Seen) -> tuple[int, str]:
    """The instant, and the whole value that begins with it."""
    ping = seen.ping
    taken_us = (ping.taken_at - EPOCH) // MICROSECOND
    numbers = (ping.lat, ping.lng, ping.accuracy_m, ping.speed_mps, ping.heading_deg)
    received_us = (seen.received_at - EPOCH) // MICROSECOND
    return taken_us, " ".join(
        [str(taken_us), str(received_us), *["-" if each is None else repr(each) for each in numbers]]
    )


def _read(shift_id: UUID, value: bytes) -> Seen:
    taken_us, received_us, lat, lng, accuracy_m, speed, heading = value.decode().split(" ")
    ping = Ping(
        taken_at=EPOCH + int(taken_us) * MICROSECOND,
        lat=float(lat),
        lng=float(lng),
        accuracy_m=float(accuracy_m),
        speed_mps=None if speed == "-" else float(speed),
        heading_deg=None if heading == "-" else float(heading),
    )
    return Seen(shift_id, ping, EPOCH + int(received_us) * MICROSECOND)
