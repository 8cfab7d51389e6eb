"""How do workers share what is to be done? Messages over Redis that say where to look, and none of them matters.

Whatever Redis loses, the sweeper sends again; whatever it delivers twice meets the lock of the operation and the log.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import redis
from dramatiq.brokers.redis import RedisBroker
from redis.backoff import NoBackoff
from redis.retry import Retry

if TYPE_CHECKING:
    from infra.settings import Settings

# A worker is heard of several times a second, so five seconds of silence mean that it is gone. Both together: with the
# library's own, a killed worker's messages wait for a minute and then for a command in a thousand that looks.
HEARTBEAT_MS: Final = 5_000
EVERY_COMMAND: Final = 1_000_000
# Nothing is retried by the broker, so nothing is ever kept as dead; what another version left goes after an hour.
DEAD_FOR_MS: Final = 3_600_000
# Redis answers within a millisecond; whoever waits for longer does the work itself meanwhile.
ANSWERS_WITHIN_S: Final = 1.0


def open_broker(settings: Settings) -> RedisBroker | None:
    """The broker of a cell, connected when it is first used; None where no Redis is known."""
    if not settings.redis_url:
        return None
    # Its consumers tell of a lost Redis every three seconds; the sweeper says it once, and what it does about it.
    logging.getLogger("dramatiq").setLevel(logging.CRITICAL + 1)
    client = redis.Redis.from_url(
        settings.redis_url,
        socket_timeout=ANSWERS_WITHIN_S,
        socket_connect_timeout=ANSWERS_WITHIN_S,
        retry=Retry(NoBackoff(), 0),
    )
    return RedisBroker(  # type: ignore[no-untyped-call]  # the library left this one out
        client=client,
        namespace=f"vehicaid:{settings.cell}:work",
        heartbeat_timeout=HEARTBEAT_MS,
        maintenance_chance=EVERY_COMMAND,
        dead_message_ttl=DEAD_FOR_MS,
        # Not the usual set: who tries again, how long and how often, is the sweeper's affair.
        middleware=[],
    )
