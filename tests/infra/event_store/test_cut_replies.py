"""What does a caller hear whose append was done, or not, when the line was cut before the answer?"""

from __future__ import annotations

import asyncio
import random

import psycopg
import pytest
from eventsourcing.persistence import OperationalError, StoredEvent

from application.log import Save
from infra.event_store.blocking import BlockingCommitter
from infra.event_store.committer import CommitLimits, Committer
from infra.event_store.factory import LogFactory
from tests.infra.event_store.lines import check_each_stands_once, through
from tests.infra.event_store.test_library_suite import environment_of
from tests.support.proxy import Cut, Proxy
from tests.support.saves import event, save, stream
from tests.support.servers import Database

ROUNDS = 200
LONGEST_REPLY = 320
SHORTEST_REPLY = 100
"""A save that travels alone is answered in fewer bytes: all cuts are to fall within them."""
QUICK = CommitLimits(retry_every_s=0.005)


def cuts(within: int) -> list[Cut]:
    """One for each round: before the reply, anywhere within it, and sometimes before the request."""
    chance = random.Random(11)  # noqa: S311  a seed, not a secret
    return [
        Cut(
            on=f"round {number}.".encode(),
            after_bytes=0 if number % 4 == 0 else chance.randrange(1, within),
            before_request=number % 10 == 9,
        )
        for number in range(ROUNDS)
    ]


def a_round(number: int, company: int = 0) -> list[Save]:
    """The save whose reply is cut, and others that travel with it."""
    cut_one = save(f"round {number}.", event("a"), answer=f'{{"done":{number}}}'.encode())
    return [cut_one, *(save(f"with {number}, {n}", event(f"own {n}")) for n in range(company))]


def check_cuts_happened(planned: list[Cut]) -> None:
    assert sum(cut.fired.is_set() for cut in planned) > ROUNDS * 0.9


def test_a_thread_whose_reply_was_cut_gets_the_stored_answer_by_itself(database: Database, proxy: Proxy) -> None:
    committer = BlockingCommitter(lambda: psycopg.connect(through(proxy, database), autocommit=True), QUICK)
    planned = cuts(SHORTEST_REPLY)
    for number, cut in enumerate(planned):
        proxy.cut = cut
        receipt = committer.append(a_round(number)[0])
        assert (receipt.position, receipt.answer) == (number + 1, b'{"done":%d}' % number)
    committer.close()
    check_cuts_happened(planned)
    check_each_stands_once(database, ROUNDS)


def test_tasks_whose_reply_was_cut_get_their_stored_answers_by_themselves(database: Database, proxy: Proxy) -> None:
    planned = cuts(LONGEST_REPLY)
    company = 3

    async def send() -> None:
        committer = Committer(lambda: psycopg.AsyncConnection.connect(through(proxy, database), autocommit=True), QUICK)
        for number, cut in enumerate(planned):
            proxy.cut = cut
            saves = a_round(number, company)
            receipts = await asyncio.gather(*map(committer.append, saves))
            assert [receipt.answer for receipt in receipts] == [one.answer for one in saves]
        await committer.close()

    asyncio.run(send())
    check_cuts_happened(planned)
    check_each_stands_once(database, ROUNDS * (1 + company))


def test_without_a_command_id_a_cut_reply_is_an_honest_failure(database: Database, proxy: Proxy) -> None:
    """The library's recorders have none: the stock one says conflict here, ours says that it does not know."""
    environment = environment_of(database)
    environment["VEHICAID_APP_DSN"] = through(proxy, database)
    factory = LogFactory(environment)
    try:
        recorder = factory.application_recorder()
        proxy.cut = Cut(on=b"thing.cut")
        with pytest.raises(OperationalError):
            recorder.insert_events([StoredEvent(stream("a"), 1, "thing.cut", b"{}")])
        assert proxy.cut.fired.is_set()
        assert [stored.topic for stored in recorder.select_events(stream("a"))] == ["thing.cut"]
    finally:
        factory.close()
