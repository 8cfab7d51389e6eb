"""May this caller ask once more? Counted in Redis over all processes, and here alone while it is away."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, cast

from redis.exceptions import RedisError

from infra.rate.window import WINDOW_S, Window
from infra.stopping import end
from infra.telemetry import metrics
from infra.telemetry.logging import log

if TYPE_CHECKING:
    from collections.abc import Callable

# 50,000 callers a minute in one process, some 10 MB; the one unseen for longest makes room.
MOST_CALLERS: Final = 50_000
# 0.1 s between two rounds: what several processes let pass beyond a limit is what comes in within it.
EVERY_S: Final = 0.1
# 1 s without asking after a failure: a limit is not worth a wait for a server that is away.
REST_S: Final = 1.0
# Below half of a limit nobody waits for Redis: what was let pass is told a moment later. Above it everybody asks.
ASK_FROM: Final = 0.5
AT_ONCE: Final = 500

# Adds to the count of this stretch by Redis's own clock; the count of the one before is still there for a minute.
COUNT: Final = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local stretch = math.floor(now / ARGV[1])
local key = KEYS[1] .. ':' .. stretch
local counted = redis.call('INCRBY', key, ARGV[2])
redis.call('EXPIRE', key, 2 * ARGV[1])
local before = redis.call('GET', KEYS[1] .. ':' .. (stretch - 1)) or '0'
return {stretch, counted, tonumber(before), tostring(now)}"""


class Counts(Protocol):
    """As much of a Redis client as is needed."""

    async def execute_command(self, *question: str | int) -> object:
        """Raises RedisError."""
        ...

    async def aclose(self) -> None:
        """Give the connections back."""
        ...


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit by its name, as the answer tells it."""

    name: str
    per_minute: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one more was let pass, how many are left, and in how many seconds there will be more."""

    limit: Limit
    is_over: bool
    left: int
    reset_s: int


class RateLimiter:
    """Never raises and never waits longer than ``wait_s``: whoever cannot be counted is counted here alone."""

    def __init__(self, client: Counts | None, cell: str, wait_s: float, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._prefix = f"vehicaid:{cell}:rate"
        self._wait_s = wait_s
        self._clock = clock
        self._ahead_s = 0.0
        """By how much the clock of Redis is ahead of ours."""
        self._windows: OrderedDict[tuple[str, str], Window] = OrderedDict()
        self._dirty: set[tuple[str, str]] = set()
        self._rests_until = 0.0
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to tell Redis."""
        self._task = asyncio.create_task(self._go_on())

    async def stop(self) -> None:
        """Tell it no more."""
        await end(self._task)
        if self._client is not None:
            await self._client.aclose()

    async def take(self, limit: Limit, caller: str) -> Verdict:
        """Count one more of this caller, unless that is one too many: then it is not counted."""
        key = (limit.name, caller)
        window = self._window(key)
        if window.within(self._now()) + 1 > ASK_FROM * limit.per_minute:
            await self._tell(key, window)
        now = self._now()
        window.move(now)
        there = window.within(now)
        if there + 1 > limit.per_minute:
            return Verdict(limit, is_over=True, left=0, reset_s=window.wait_s(limit.per_minute, now))
        window.pending += 1
        self._dirty.add(key)
        left_s = (window.stretch + 1) * WINDOW_S - now
        return Verdict(limit, is_over=False, left=int(limit.per_minute - there - 1), reset_s=max(1, round(left_s)))

    def _now(self) -> float:
        return self._clock() + self._ahead_s

    def _window(self, key: tuple[str, str]) -> Window:
        window = self._windows.get(key)
        if window is None:
            window = self._windows[key] = Window(int(self._now() // WINDOW_S))
            if len(self._windows) > MOST_CALLERS:
                dropped, _ = self._windows.popitem(last=False)
                self._dirty.discard(dropped)
        else:
            self._windows.move_to_end(key)
            window.move(self._now())
        return window

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            for key in list(self._dirty)[:AT_ONCE]:
                window = self._windows.get(key)
                if window is None or not await self._tell(key, window):
                    break

    async def _tell(self, key: tuple[str, str], window: Window) -> bool:
        """Add what only we know, and learn what all know; False when Redis does not answer."""
        if self._client is None or self._clock() < self._rests_until:
            return False
        self._dirty.discard(key)
        stretch, telling, window.pending = window.stretch, window.pending, 0
        window.counted += telling
        name = f"{self._prefix}:{{{key[0]}:{key[1]}}}"
        try:
            async with asyncio.timeout(self._wait_s):
                told = await self._client.execute_command("EVAL", COUNT, 1, name, WINDOW_S, telling)
        except (RedisError, OSError, TimeoutError) as error:
            # Whether it was added is not known: it stays counted here, and is not told again.
            self._rests_until = self._clock() + REST_S
            metrics.rate_limits_alone.inc()
            log(__name__).warning("rate_limits_alone", kind=type(error).__name__)
            return False
        theirs, counted, before, now = cast("tuple[int, int, int, bytes]", told)
        self._ahead_s = float(now) - self._clock()
        if window.stretch == stretch and theirs >= window.stretch:
            window.stretch, window.counted, window.before = theirs, counted, before
        return True
