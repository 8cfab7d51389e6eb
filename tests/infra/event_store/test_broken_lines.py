"""What does a caller hear, and when, while the line to PostgreSQL is gone?"""

from __future__ import annotations

import asyncio
import threading
import time

import psycopg
import pytest

from application.log import LogUnavailable, Receipt
from infra.event_store.blocking import BlockingCommitter
from infra.event_store.committer import CommitLimits, Committer
from tests.infra.event_store.lines import check_each_stands_once, through
from tests.support.proxy import Proxy
from tests.support.saves import event, save
from tests.support.servers import Database

TOLD_WITHIN_S = 15.0
"""Added to every limit, for a machine that is busy; what the tests guard against takes far longer, or for ever."""


def test_a_line_that_swallows_everything_is_given_up_in_time_and_the_same_save_finds_its_answer(
    database: Database, proxy: Proxy
) -> None:
    limits = CommitLimits(answer_within_s=0.4, retry_for_s=0.2)

    async def send() -> None:
        committer = Committer(
            lambda: psycopg.AsyncConnection.connect(through(proxy, database), autocommit=True), limits
        )
        await committer.append(save("before", event("a")))
        proxy.blackhole()
        begun = time.monotonic()
        told = await asyncio.gather(
            *(committer.append(save(f"k{n}", event("a"))) for n in range(5)), return_exceptions=True
        )
        assert time.monotonic() - begun < limits.answer_within_s + limits.retry_for_s + TOLD_WITHIN_S
        assert [type(one) for one in told] == [LogUnavailable] * 5
        proxy.heal()
        receipts = await asyncio.gather(*(committer.append(save(f"k{n}", event("a"))) for n in range(5)))
        assert sorted(receipt.position for receipt in receipts) == [2, 3, 4, 5, 6]
        await committer.close()

    asyncio.run(send())
    check_each_stands_once(database, 6)


def test_a_thread_gives_up_a_line_that_swallows_everything_in_time_too(database: Database, proxy: Proxy) -> None:
    limits = CommitLimits(answer_within_s=0.4, retry_for_s=0.2)
    committer = BlockingCommitter(lambda: psycopg.connect(through(proxy, database), autocommit=True), limits)
    committer.append(save("before", event("a")))
    proxy.blackhole()
    told: list[Receipt | Exception] = []

    def send() -> None:
        try:
            told.append(committer.append(save("k", event("a"))))
        except LogUnavailable as error:
            told.append(error)

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    thread.join(limits.answer_within_s + limits.retry_for_s + TOLD_WITHIN_S)
    assert [type(one) for one in told] == [LogUnavailable]
    proxy.heal()
    assert committer.append(save("k", event("a"))).position == 2
    committer.close()


def test_a_line_that_comes_back_in_time_costs_only_time(database: Database, proxy: Proxy) -> None:
    limits = CommitLimits(retry_for_s=5.0)
    committer = BlockingCommitter(lambda: psycopg.connect(through(proxy, database), autocommit=True), limits)
    committer.append(save("before", event("a")))
    proxy.sever()
    healing = threading.Timer(0.3, proxy.heal)
    healing.start()
    assert committer.append(save("k", event("a"))).position == 2
    committer.close()
    healing.join()


def test_a_line_that_does_not_come_back_is_said_in_time(database: Database, proxy: Proxy) -> None:
    limits = CommitLimits(retry_for_s=0.3)
    committer = BlockingCommitter(lambda: psycopg.connect(through(proxy, database), autocommit=True), limits)
    committer.append(save("before", event("a")))
    proxy.sever()
    begun = time.monotonic()
    with pytest.raises(LogUnavailable):
        committer.append(save("k", event("a")))
    assert time.monotonic() - begun < limits.retry_for_s + TOLD_WITHIN_S


def test_everybody_in_a_long_queue_is_told_in_time_when_the_line_is_gone(database: Database, proxy: Proxy) -> None:
    """Not batch after batch, each after a patience of its own."""
    limits = CommitLimits(retry_for_s=0.4, most_saves=16)

    async def send() -> float:
        committer = Committer(
            lambda: psycopg.AsyncConnection.connect(through(proxy, database), autocommit=True), limits
        )
        await committer.append(save("before", event("a")))
        proxy.sever()
        begun = time.monotonic()
        told = await asyncio.gather(
            *(committer.append(save(f"k{n}", event("a"))) for n in range(1000)), return_exceptions=True
        )
        took = time.monotonic() - begun
        assert {type(one) for one in told} == {LogUnavailable}
        proxy.heal()
        await committer.append(save("after", event("a")))
        await committer.close()
        return took

    assert asyncio.run(send()) < 2 * limits.retry_for_s + TOLD_WITHIN_S
