"""Is a balance of another time what a fold of the log says, for any instant and any position?"""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from domain import ledger
from infra.bench.money_history import BEGINS_AT, TENANT, MoneyHistory, fill_with_money
from infra.projections.catch_up import bring_up_to_date
from infra.projections.verify import verify
from infra.queries.books_then import EVER, BooksThen, Then
from infra.queries.pool import reader_pool
from interfaces.cli.stood import NotFoldedYet, stood
from projections.catalog import read_model
from projections.ledger_history import STRETCH, hour_of, is_busy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

EVENTS = STRETCH + 1_500
LASTS = timedelta(days=75)
READ_MODELS = [read_model(name) for name in ("ledger_postings", "ledger_history")]

Leg = tuple[str, "datetime", int, int]
"""Account, when it counted, where it stands in the log, amount."""


def a_history() -> MoneyHistory:
    return MoneyHistory(5, customers=40, providers=4, lasts=LASTS, events=EVENTS)


def every_leg() -> list[Leg]:
    return [
        (leg["account"], told.occurred_at, told.position, leg["amount_minor"])
        for told in a_history().events()
        for leg in msgspec.json.decode(told.payload).get("legs", ())
    ]


def folded(legs: list[Leg], then: Then) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for account, at, position, amount in legs:
        if at <= then.as_of and position <= then.known_at:
            sums[account] += amount
    return sums


@pytest.fixture(scope="module")
def filled(shared_database: Database) -> Database:
    fill_with_money(shared_database.admin_dsn, shared_database.settings.cell, a_history())
    bring_up_to_date(shared_database.settings, READ_MODELS)
    return shared_database


@pytest.fixture
async def books(filled: Database) -> AsyncIterator[BooksThen]:
    pool = reader_pool(filled.app_dsn)
    await pool.open()
    yield BooksThen(pool)
    await pool.close()


def some_times(legs: list[Leg]) -> list[Then]:
    """Edges of stretches, hours and months, instants of postings to the microsecond, and any."""
    chance = random.Random(3)  # noqa: S311  (a seed, so that a failure can be told again)
    positions = [0, 1, STRETCH - 1, STRETCH, STRETCH + 1, EVENTS]
    months = [BEGINS_AT.replace(day=1, hour=0) + timedelta(days=31), BEGINS_AT - timedelta(days=90), EVER]
    hours = [hour_of(BEGINS_AT + LASTS * chance.random()) for _ in range(4)]
    told = [leg[1] for leg in chance.sample(legs, 4)]
    instants = [*months, *hours, *told, *(at - timedelta(microseconds=1) for at in (*told, *hours))]
    edges = [Then(at, chance.choice(positions)) for at in instants for _ in range(2)]
    anywhere = [Then(BEGINS_AT + LASTS * chance.random(), chance.randint(0, EVENTS)) for _ in range(20)]
    return edges + anywhere


async def test_every_balance_is_what_the_log_sums_to_by_then(books: BooksThen) -> None:
    legs = every_leg()
    accounts = sorted({leg[0] for leg in legs})
    asked = [account for account in accounts if is_busy(account)] + accounts[:: len(accounts) // 40]
    for then in some_times(legs):
        wanted, stood = folded(legs, then), await books.balances(TENANT, asked, then)
        found = {account: stood.get((account, "INR"), 0) for account in asked}
        assert found == {account: wanted.get(account, 0) for account in asked}, then


async def test_the_last_entries_are_those_that_had_counted_and_were_known(books: BooksThen) -> None:
    legs = every_leg()
    wallet = next(leg[0] for leg in legs if leg[0].endswith(":Wallet"))
    for then in some_times(legs):
        for account in (ledger.CLEARING, wallet):
            counted = [(at, position) for name, at, position, _ in legs if name == account]
            counted = [each for each in counted if each[0] <= then.as_of and each[1] <= then.known_at]
            rows = await books.entries(TENANT, account, then, 7)
            assert [(row.booked_at, row.position) for row in rows] == sorted(counted, reverse=True)[:7], then


async def test_all_accounts_that_were_ever_booked_on_have_a_name(books: BooksThen) -> None:
    names = sorted({leg[0] for leg in every_leg()})
    taxes = [(name, "INR") for name in names if name.startswith("L:Gst:")]
    assert await books.names(TENANT, "L:Gst:", ("", ""), 10) == taxes
    assert await books.names(TENANT, "L:Gst:", taxes[0], 10) == taxes[1:]
    assert await books.names("another", "", ("", ""), 10) == []
    assert await books.balances("another", names[:5], Then(EVER, EVENTS)) == {}


async def test_what_is_known_at_a_position_never_changes(books: BooksThen) -> None:
    """A late fact counts on its day and is known from its position on: what was told before stays told."""
    late = next(told for told in a_history().events() if told.occurred_at < BEGINS_AT)
    before, after = (Then(late.occurred_at.astimezone(UTC), late.position - each) for each in (1, 0))
    account = msgspec.json.decode(late.payload)["legs"][0]
    stood = [(await books.of_account(TENANT, account["account"], then)).get("INR", 0) for then in (before, after)]
    assert stood[1] - stood[0] == account["amount_minor"]


async def test_a_terminal_is_told_the_same(filled: Database, books: BooksThen) -> None:
    at = BEGINS_AT + LASTS / 2
    told = await stood(filled.settings, TENANT, ledger.CLEARING, at.isoformat(), STRETCH + 7, 3)
    then = Then(at, STRETCH + 7)
    assert told.balances == await books.of_account(TENANT, ledger.CLEARING, then)
    assert list(told.entries) == await books.entries(TENANT, ledger.CLEARING, then, 3)
    assert (told.as_json()["known_at"], (await stood(filled.settings, TENANT, "A:x", "", None, 0)).known_at) == (
        STRETCH + 7,
        await books.newest(),
    )
    for wrong in ({"as_of": "2026-01-01T00:00:00"}, {"as_of": "yesterday"}, {"known_at": 2**40}):
        asked = {"as_of": "", "known_at": None, "entries": 0, **wrong}
        with pytest.raises(NotFoldedYet):
            await stood(filled.settings, TENANT, ledger.CLEARING, **asked)  # type: ignore[arg-type]  # texts and numbers


def test_a_rebuild_gives_the_same_cells(filled: Database) -> None:
    assert verify(filled.settings, read_model("ledger_history")).none
