"""Where are callers counted: over all processes where there is a Redis, here alone where there is none?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.positions.latest import redis_client
from infra.rate.limiter import RateLimiter

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from infra.settings import Settings


async def open_limiter(settings: Settings, closers: AsyncExitStack) -> RateLimiter:
    """A limiter that runs until ``closers`` are closed."""
    client = redis_client(settings) if settings.redis_url else None
    limiter = RateLimiter(client, settings.cell, settings.rate_wait_s)
    closers.push_async_callback(limiter.stop)
    await limiter.start()
    return limiter
