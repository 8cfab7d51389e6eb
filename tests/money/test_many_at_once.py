"""With many at once: is nothing overdrawn, no number skipped, and nobody sent away for being second?"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from application.engine import Contended, Engine
from application.log import CommandContext, fingerprint_of
from application.settlement import hold_for
from application.top_up_wallet import TopUpWallet, top_up_wallet
from domain import ledger
from domain.actor import Actor, Role
from domain.cash_in_hand import CashInHand, cash_in_hand_id
from domain.ids import new_id
from domain.invoice_terms import SERIES, DocType, Series
from domain.money import Money
from domain.price_terms import PaymentMethod
from domain.wallet import Wallet
from domain.wallet_terms import InsufficientFunds, WhyDebited, wallet_id
from tests.money.conftest import whole_log
from tests.support.books import audited
from tests.support.paid import TOTAL, a_paid_job
from tests.support.roadside import CUSTOMER, DESK_ACTOR, PROVIDER, TENANT, some_id

if TYPE_CHECKING:
    from application.engine import Answer, Work
    from tests.money.conftest import Engines
    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

BILLS = 90
RACERS = 40
EACH = 10_000
AFFORDED = 7
BEFORE_MIDNIGHT = datetime(2027, 3, 31, 18, 29, 59, tzinfo=UTC)


async def test_bills_that_are_issued_at_once_are_numbered_without_a_gap_and_without_a_retry(
    database: Database, engines: Engines
) -> None:
    async with AsyncExitStack() as processes:
        three = [await processes.enter_async_context(engines()) for _ in range(3)]
        methods = (PaymentMethod.WALLET, PaymentMethod.CASH)
        await asyncio.gather(
            *[a_paid_job(three[n % 3], TENANT, method=methods[n % 2], provider_id=PROVIDER) for n in range(BILLS)]
        )
        in_hand: list[CashInHand] = []

        async def look(work: Work) -> Answer:
            in_hand.append(await work.get(CashInHand, cash_in_hand_id(PROVIDER, "INR")))
            return {}

        await order(three[0], look, "look")
    assert len(in_hand[-1].open) == BILLS // 2, "who collects at once is counted as well"
    books = audited(whole_log(database))
    (numbers,) = books.numbers.values()
    assert len(numbers) == len(set(numbers)) == BILLS
    assert books.balance(ledger.COMMISSION, TENANT) == -BILLS * 15_000


async def test_the_year_ends_while_bills_are_issued(database: Database, engines: Engines) -> None:
    instants = [BEFORE_MIDNIGHT + timedelta(milliseconds=100 * n) for n in range(20)]
    async with engines() as engine:
        await asyncio.gather(*[a_paid_job(engine, TENANT, at=at) for at in instants])
    books = audited(whole_log(database))
    taken = {year: Series(TENANT, "", DocType.INVOICE, SERIES, year).id for year in ("26-27", "27-28")}
    assert {year: len(books.numbers[series]) for year, series in taken.items()} == {"26-27": 10, "27-28": 10}


async def order(engine: Engine, decide: object, key: str) -> Answer:
    """A command that is sent again as long as others are faster."""
    now = datetime.now(UTC)
    context = CommandContext(TENANT, DESK_ACTOR.text, key, fingerprint_of(key), some_id(99), now)
    while True:
        try:
            return (await engine.run(context, decide)).answer  # type: ignore[arg-type]  # one of the two below
        except Contended:
            await asyncio.sleep(0)


async def test_commands_that_race_for_one_wallet_never_overdraw_it(database: Database, engines: Engines) -> None:
    async with AsyncExitStack() as processes:
        two = [await processes.enter_async_context(engines()) for _ in range(2)]
        now = datetime.now(UTC)
        paid_in = TopUpWallet(DESK_ACTOR, CUSTOMER, Money(AFFORDED * EACH + 1, "INR"), now)
        await order(two[0], lambda work: top_up_wallet(paid_in, work), "top-up")

        async def racer(number: int) -> bool:
            request_id = some_id(5_000 + number)

            async def hold(work: Work) -> Answer:
                await hold_for(work, CUSTOMER, request_id, EACH, "INR", now)
                return {}

            async def debit(work: Work) -> Answer:
                wallet = await work.get(Wallet, wallet_id(TENANT, CUSTOMER))
                wallet.debit(request_id, request_id, EACH, WhyDebited.SERVICE, now)
                return {}

            try:
                await order(two[number % 2], hold if number % 3 else debit, f"race-{number}")
            except InsufficientFunds:
                return False
            return True

        won = await asyncio.gather(*[racer(number) for number in range(RACERS)])
    assert sum(won) == AFFORDED
    books = audited(whole_log(database))
    held = sum(books.held.values())
    assert books.wallets[wallet_id(TENANT, CUSTOMER)] - held == 1


async def test_the_same_top_up_from_two_processes_counts_once(database: Database, engines: Engines) -> None:
    now = datetime.now(UTC)
    paid_in = TopUpWallet(DESK_ACTOR, CUSTOMER, Money(EACH, "INR"), now)
    async with AsyncExitStack() as processes:
        two = [await processes.enter_async_context(engines()) for _ in range(2)]
        answers = await asyncio.gather(
            *[order(two[n % 2], lambda work: top_up_wallet(paid_in, work), "the-same") for n in range(20)]
        )
    assert len({str(answer) for answer in answers}) == 1
    assert audited(whole_log(database)).balance(ledger.CASH_DESK, TENANT) == EACH


async def test_a_wallet_with_a_long_history_is_loaded_from_its_snapshot(database: Database, engines: Engines) -> None:
    customer = Actor(Role.CUSTOMER, new_id(datetime.now(UTC)), TENANT)
    assert customer.subject_id is not None
    async with engines() as engine:
        answer: Answer = {}
        for number in range(120):
            told = TopUpWallet(DESK_ACTOR, customer.subject_id, Money(TOTAL, "INR"), datetime.now(UTC))
            answer = await order(engine, lambda work, told=told: top_up_wallet(told, work), f"long-{number}")
    assert answer["balance_minor"] == 120 * TOTAL
    assert audited(whole_log(database)).wallets[wallet_id(TENANT, UUID(str(customer.subject_id)))] == 120 * TOTAL
