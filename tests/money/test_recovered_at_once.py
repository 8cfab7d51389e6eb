"""A payout is made while finance decides that its provider bears a loss: is none paid out that was to be recovered?"""

from __future__ import annotations

import asyncio
import copy
from typing import TYPE_CHECKING

import msgspec
import pytest

from domain.payout import Payout
from infra.event_store.aggregates import StoredAggregates
from infra.queries.pool import reader_pool
from tests.application.losing import EARNED, Losses
from tests.money.conftest import whole_log
from tests.support.books import audited
from tests.support.effort import THOROUGH
from tests.support.paid import TOTAL

if TYPE_CHECKING:
    from uuid import UUID

    from tests.money.conftest import Engines
    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

ROUNDS = 30 if THOROUGH else 8
PART = 9_000


async def test_whichever_is_first_the_loss_is_taken_once(database: Database, engines: Engines) -> None:
    readers = reader_pool(database.app_dsn)
    await readers.open()
    async with engines() as first, engines() as second:
        losses = Losses()
        losses.engine, losses.aggregates = first, StoredAggregates(readers)  # type: ignore[assignment]  # on disk
        await losses.begun()
        for number in range(ROUNDS):
            lost, clean = await losses.job(), await losses.job()
            await losses.says(lost, "open")
            await losses.says(lost, "lost", TOTAL)
            finance = copy.copy(losses)
            finance.engine = second
            await asyncio.gather(finance.pass_on(lost, PART, key=f"round-{number}"), losses.pay(losses.earning(clean)))
        amounts = {payout: (await losses.the(Payout, payout)).amount_minor for payout in losses.payouts}
    await readers.close()
    audited(whole_log(database))
    seen_first = _decided_before(database, amounts)
    owed = 0
    for payout in losses.payouts[1:]:
        owed += PART * seen_first[payout]
        assert amounts[payout] == EARNED - owed, "it was decided before, and not taken"
        owed = PART * (1 - seen_first[payout])


def _decided_before(database: Database, payouts: dict[UUID, int]) -> dict[UUID, int]:
    """Of each payout, whether the loss of its round stood in the log before it."""
    found: dict[UUID, int] = {}
    decided = 0
    for event in whole_log(database):
        if event.topic == "dispute.loss_passed_on":
            decided += 1
        elif event.topic == "payout.batched" and event.stream_id in payouts:
            found[event.stream_id] = int(decided == len(found))
            assert msgspec.json.decode(event.payload)["amount_minor"] == payouts[event.stream_id]
    return found
