"""Are the rows about money the same, however the log is cut into batches, and in a rebuild?"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import psycopg
import pytest

from domain.price_terms import PaymentMethod
from infra.projections.connections import open_connection
from infra.projections.facts import head, read_facts
from infra.projections.generation_writer import GenerationWriter
from infra.projections.generations import active_generation, parked_streams
from infra.projections.install import install_read_models
from infra.projections.verify import verify
from projections.catalog import read_model
from tests.money.conftest import whole_log
from tests.projections.telling import facts_logged, folded
from tests.projections.test_poisoned_histories import kept_up, rebuilt
from tests.support.paid import a_paid_job
from tests.support.roadside import PROVIDER

if TYPE_CHECKING:
    from tests.money.conftest import Engines
    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

BROKEN = (
    b"{",
    b"{}",
    b'{"legs": [], "currency": "INR", "transfer_id": "x", "customer_id": 7}',
    b'{"legs": [{"account": "A:Cash:Desk", "amount_minor": 5}], "currency": "INR", "transfer_id": "x"}',
    b'{"legs": [{"account": "A:Cash:Desk", "amount_minor": 1.5}], "currency": "INR", "transfer_id": "x"}',
)

ABOUT_MONEY = (
    "wallets",
    "wallet_statement",
    "payments",
    "invoices",
    "ledger_postings",
    "ledger_balances",
    "provider_statement",
    "earnings",
    "cash_in_hand",
)


@pytest.fixture
async def history(database: Database, engines: Engines) -> Database:
    """Some jobs paid from wallets and in cash, one partly owed."""
    async with engines() as engine:
        for number in range(12):
            method = PaymentMethod.CASH if number % 3 == 0 else PaymentMethod.WALLET
            await a_paid_job(engine, method=method, provider_id=PROVIDER if number % 2 else None)
    install_read_models(database.settings)
    return database


@pytest.mark.parametrize("name", ABOUT_MONEY)
async def test_the_rows_are_the_same_however_they_were_folded(history: Database, name: str) -> None:
    model, chance = read_model(name), random.Random(name)  # noqa: S311  (a seed, so that a failure can be told again)
    with open_connection(history.settings, "live") as connection:
        end = head(connection)
        while True:
            generation = active_generation(connection, name)
            assert generation is not None
            writer = GenerationWriter(connection, model, generation, rows_in_memory=chance.choice([2, 50]))
            for _ in range(chance.randrange(1, 6)):
                if writer.position < end:
                    writer.apply(read_facts(connection, writer.position, chance.randrange(1, 30)))
            if writer.position == end:
                break
        assert not parked_streams(connection, generation)
        rows = connection.execute(f"SELECT count(*) FROM {name}".encode()).fetchone()  # noqa: S608  names of our own
    assert rows == (len(folded(model, facts_logged(whole_log(history)))),)
    assert rows != (0,)
    assert verify(history.settings, model).none


@pytest.mark.parametrize("seed", range(3))
async def test_broken_events_stop_their_own_stream_only_and_always_the_same(history: Database, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    about = [
        event.position for event in whole_log(history) if event.topic.startswith(("wallet.", "payment.", "invoice"))
    ]
    with psycopg.connect(history.admin_dsn, autocommit=True) as owner:
        for position in chance.sample(about, 8):
            owner.execute("UPDATE events SET payload = %s WHERE position = %s", (chance.choice(BROKEN), position))
    little = history.settings.model_copy(update={"projection_rows_in_memory": 5})
    for name in ABOUT_MONEY:
        live = kept_up(history.settings, read_model(name), chance)
        assert live == rebuilt(history.settings, read_model(name)), name
        assert live == rebuilt(little, read_model(name)), name
