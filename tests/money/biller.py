"""Who bills around the year's end, in a process of its own, until it is killed? `python -m tests.money.biller DSN`."""

import asyncio
import itertools
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from application.advances import give_advances_back, receive_advance
from application.credit_invoice import CreditInvoice, credit_invoice
from application.engine import Answer, Engine, Work
from application.log import CommandContext, fingerprint_of
from domain.credit_terms import WhyCredited
from domain.ids import new_id
from domain.money import Money
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import OrderPurpose
from domain.price_terms import PaymentMethod
from infra.event_store.aggregates import StoredAggregates
from infra.event_store.log import PostgresEventLog
from infra.queries.pool import reader_pool
from tests.support.paid import a_paid_job, approved
from tests.support.roadside import DESK_ACTOR, TENANT

WRITERS = 8
"""In one process; four processes make thirty-two."""

NEW_YEAR = datetime(2027, 3, 31, 18, 30, tzinfo=UTC)
"""Midnight of the first of April in India."""


async def bill_without_end(engine: Engine, writer: int) -> None:
    """Document after document: before midnight, in the first of the year, in its last second, after it."""
    offsets = (timedelta(seconds=-60), timedelta(0), timedelta(microseconds=-1 - writer), timedelta(seconds=60))
    for offset in itertools.cycle(offsets):
        at = NEW_YEAR + offset
        job = await a_paid_job(engine, TENANT, at=at)
        note = CreditInvoice(DESK_ACTOR, job.invoice_id, new_id(at), Money(100, "INR"), WhyCredited.TAX_TOO_HIGH, at)
        await ordered(engine, partial(credit_invoice, note), at)
        await vouchers(engine, at)


async def vouchers(engine: Engine, at: datetime) -> None:
    """Two receipts in one save, two numbers of one series, and both back in another."""
    request_id, customer_id = new_id(at), new_id(at)

    async def receive(work: Work) -> Answer:
        work.add(approved(request_id, customer_id, new_id(at), PaymentMethod.WALLET, at))
        for _ in range(2):
            order = PaymentOrder.request(
                new_id(at),
                customer_id=customer_id,
                purpose=OrderPurpose.JOB,
                subject_id=request_id,
                amount_minor=59_000,
                currency="INR",
                at=at,
            )
            work.add(order)
            await receive_advance(work, order, request_id, 59_000, at)
        return {}

    async def give_back(work: Work) -> Answer:
        await give_advances_back(work, request_id, at)
        return {}

    await ordered(engine, receive, at)
    await ordered(engine, give_back, at)


async def ordered(engine: Engine, decide: Callable[[Work], Awaitable[Answer]], at: datetime) -> None:
    """One save."""
    key = new_id(at).hex
    await engine.run(CommandContext(TENANT, "system:test", key, fingerprint_of(key), new_id(at), at), decide)


async def main(dsn: str) -> None:
    """All writers of one process."""
    readers = reader_pool(dsn)
    await readers.open()
    engine = Engine(PostgresEventLog(dsn, readers), StoredAggregates(readers))
    await asyncio.gather(*[bill_without_end(engine, writer) for writer in range(WRITERS)])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
