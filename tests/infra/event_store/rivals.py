"""What does one of two rival processes do? Send the commands that the other sends, from the other end, at once."""

from __future__ import annotations

import asyncio
import json
import sys

import psycopg

from infra.event_store.committer import Committer
from tests.support.saves import event, save

COMMANDS = 400
IN_FLIGHT = 8
MEET_WITHIN_S = 60.0
PRESENT = "SELECT count(*) FROM receipts WHERE key LIKE 'present %'"


async def meet(dsn: str) -> None:
    """Wait until both have appended something."""
    async with (
        asyncio.timeout(MEET_WITHIN_S),
        await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection,
    ):
        while await (await connection.execute(PRESENT)).fetchone() != (2,):  # noqa: ASYNC110  another process
            await asyncio.sleep(0.001)


async def send(dsn: str, name: str) -> list[tuple[int, str, bool]]:
    """Position, answer and whether it was a repetition, for each command."""
    committer = Committer(lambda: psycopg.AsyncConnection.connect(dsn, autocommit=True))
    told: list[tuple[int, str, bool]] = [(0, "", False)] * COMMANDS
    await committer.append(save(f"present {name}"))
    await meet(dsn)
    numbers = range(COMMANDS) if name == "one" else range(COMMANDS - 1, -1, -1)
    for first in range(0, COMMANDS, IN_FLIGHT):
        together = numbers[first : first + IN_FLIGHT]
        saves = [
            save(
                f"rival {n}", event(f"stream {n % 5}"), event(f"own {n}", 1), answer=f'{{"done":"{name} {n}"}}'.encode()
            )
            for n in together
        ]
        receipts = await asyncio.gather(*map(committer.append, saves))
        for number, one in zip(together, receipts, strict=True):
            told[number] = one.position, one.answer.decode(), one.replayed
    await committer.close()
    return told


if __name__ == "__main__":
    json.dump(asyncio.run(send(sys.argv[1], sys.argv[2])), sys.stdout)
