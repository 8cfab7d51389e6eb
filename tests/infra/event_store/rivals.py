"""What does one of two rival processes do? Send the same commands as the other, in the same order, at the same time."""

from __future__ import annotations

import asyncio
import json
import sys

import psycopg

from infra.event_store.committer import Committer
from tests.support.saves import event, save

COMMANDS = 200
IN_FLIGHT = 8


async def send(dsn: str, name: str) -> list[tuple[int, str, bool]]:
    """Position, answer and whether it was a repetition, for each command."""
    committer = Committer(lambda: psycopg.AsyncConnection.connect(dsn, autocommit=True))
    told: list[tuple[int, str, bool]] = []
    await asyncio.gather(*(committer.append(save(f"warm up {name} {n}")) for n in range(2)))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    for first in range(0, COMMANDS, IN_FLIGHT):
        saves = [
            save(
                f"rival {n}", event(f"stream {n % 5}"), event(f"own {n}", 1), answer=f'{{"done":"{name} {n}"}}'.encode()
            )
            for n in range(first, first + IN_FLIGHT)
        ]
        receipts = await asyncio.gather(*map(committer.append, saves))
        told += [(one.position, one.answer.decode(), one.replayed) for one in receipts]
    await committer.close()
    return told


if __name__ == "__main__":
    json.dump(asyncio.run(send(sys.argv[1], sys.argv[2])), sys.stdout)
