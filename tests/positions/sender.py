"""What does one of several api processes do with a phone's batches? It keeps them in some order, some twice."""

from __future__ import annotations

import asyncio
import random
import sys
from datetime import datetime, timedelta

from application.positions import Seen
from domain.positions import Ping
from infra.positions.store import open_positions
from infra.settings import Settings
from tests.support.roadside import SHIFT, TENANT

BATCHES, BATCH = 30, 10


def a_batch(number: int, began_at: datetime) -> list[Seen]:
    """So many pings, a second apart."""
    instants = [began_at + timedelta(seconds=number * BATCH + each) for each in range(BATCH)]
    return [Seen(SHIFT, Ping(at, 12.9716, 77.5946, 8.5, 3.25, 270.0), at) for at in instants]


async def send(settings: Settings, began_at: datetime, seed: int) -> int:
    """Keep every batch, in an order of this process's own, every third twice; how many pings were new."""
    order = [*range(BATCHES), *range(0, BATCHES, 3)]
    random.Random(seed).shuffle(order)  # noqa: S311  (an order, no secret)
    async with open_positions(settings, f"test-sender-{seed}") as positions:
        return sum([len(await positions.keep(TENANT, a_batch(number, began_at))) for number in order])


if __name__ == "__main__":
    database_url, redis_url, began, seed_told = sys.argv[1:]
    told = Settings(database_url=database_url, redis_url=redis_url)
    sys.stdout.write(str(asyncio.run(send(told, datetime.fromisoformat(began), int(seed_told)))))
