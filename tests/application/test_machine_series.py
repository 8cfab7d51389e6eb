"""However bills are issued, refused, repeated and overtaken: are the numbers of a series 1 to n, each taken once?"""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from application.engine import Contended, Engine
from application.log import CommandContext, fingerprint_of
from domain.invoice import Invoice, InvoiceSeries
from domain.invoice_terms import DocType, Series, invoice_id, number_text
from domain.payment import Payment
from domain.payment_terms import payment_id
from domain.price_terms import PaymentMethod
from domain.refusal import OutOfTurn
from domain.request_fare import Outcome
from infra.event_store import codec
from tests.domain.money_facts import KARNATAKA, SAC, TOW_LINES, TOW_TOTAL
from tests.support.effort import examples
from tests.support.memory_log import MemoryAggregates, MemoryEventLog
from tests.support.roadside import CUSTOMER, DESK_ACTOR, NOON, PROVIDER, TENANT, some_id

if TYPE_CHECKING:
    from application.engine import Answer, Work
    from application.log import Save

INSTANTS = {"25-26": NOON, "26-27": NOON + timedelta(days=60)}
SERIES = [Series(TENANT, gstin, DocType.INVOICE, "VA", year) for gstin in ("", "29A") for year in ("25-26", "26-27")]


def issue(work: Work, series: Series, request_id: UUID) -> None:
    """A payment, its bill, and the bill's number."""
    at = INSTANTS[series.financial_year]
    payment = Payment.due(
        request_id,
        customer_id=CUSTOMER,
        provider_id=PROVIDER,
        method=PaymentMethod.CASH,
        outcome=Outcome.CHARGE,
        amount_minor=TOW_TOTAL,
        currency="INR",
        at=at,
    )
    bill = Invoice.issue(
        series, payment, TOW_LINES, sac=SAC, place_of_supply=KARNATAKA, time_zone="Asia/Kolkata", at=at
    )
    for each in (payment, bill, InvoiceSeries.take(series, bill.id, at)):
        work.add(each)


def bill_of(request_id: UUID) -> UUID:
    return invoice_id(payment_id(request_id))


class SeriesMachine(RuleBasedStateMachine):
    """Four series, and commands that take a number beside something else."""

    def __init__(self) -> None:
        super().__init__()
        self.log = MemoryEventLog()
        self.engine = Engine(self.log, MemoryAggregates(self.log))
        self.issued: dict[UUID, list[UUID]] = {series.id: [] for series in SERIES}
        self._numbers = itertools.count(1)
        self._last: tuple[Series, str, UUID] | None = None

    def _run(self, series: Series, key: str, document: UUID, *, refuse: bool = False) -> bool:
        context = CommandContext(TENANT, DESK_ACTOR.text, key, fingerprint_of(key), some_id(99), NOON)

        async def decide(work: Work) -> Answer:
            issue(work, series, document)
            if refuse:
                raise OutOfTurn
            return {"document": document.hex}

        try:
            done = asyncio.run(self.engine.run(context, decide))
        except (OutOfTurn, Contended):
            return False
        return not done.replayed

    @rule(series=st.sampled_from(SERIES))
    def issue(self, series: Series) -> None:
        number = next(self._numbers)
        self._last = (series, f"issue-{number}", some_id(10_000 + number))
        assert self._run(*self._last)
        self.issued[series.id].append(bill_of(self._last[2]))

    @rule()
    def say_it_again(self) -> None:
        if self._last is not None:
            assert not self._run(*self._last)

    @rule(series=st.sampled_from(SERIES))
    def be_refused(self, series: Series) -> None:
        number = next(self._numbers)
        assert not self._run(series, f"refused-{number}", some_id(10_000 + number), refuse=True)

    @rule(series=st.sampled_from(SERIES), many=st.integers(1, 3))
    def be_overtaken(self, series: Series, many: int) -> None:
        """Others take numbers of the same series between our load and our commit: we are not in each other's way."""
        others = iter(range(many))

        async def somebody_else(_save: Save) -> None:
            for _ in others:
                self.log.before_append = None
                number = next(self._numbers)
                document = some_id(10_000 + number)
                context = CommandContext(TENANT, DESK_ACTOR.text, f"else-{number}", b"x" * 16, some_id(99), NOON)

                async def decide(work: Work, document: UUID = document) -> Answer:
                    issue(work, series, document)
                    return {}

                await self.engine.run(context, decide)
                self.issued[series.id].append(bill_of(document))

        self.log.before_append = somebody_else
        appends = self.log.appends
        number = next(self._numbers)
        assert self._run(series, f"overtaken-{number}", some_id(10_000 + number))
        self.issued[series.id].append(bill_of(some_id(10_000 + number)))
        assert self.log.appends == appends + 1 + many, "nobody had to try twice"

    @invariant()
    def numbers_are_one_to_n_in_the_order_of_the_log(self) -> None:
        for series in SERIES:
            events = [event for event in self.log.events if event.stream_id == series.id]
            assert [event.version for event in events] == list(range(1, len(events) + 1))
            taken = [UUID(str(codec.decode(event.topic, event.payload)["invoice_id"])) for event in events]
            assert taken == self.issued[series.id]
            for event in events:
                assert number_text(series.letters, series.financial_year, event.version).endswith(f"{event.version:07}")

    @invariant()
    def replay_agrees(self) -> None:
        for series in SERIES:
            rows = [
                (event.version, event.topic, event.payload, event.occurred_at)
                for event in self.log.events
                if event.stream_id == series.id
            ]
            again = codec.replay(series.id, rows)
            assert isinstance(again, InvoiceSeries) == bool(rows)
            if isinstance(again, InvoiceSeries):
                assert (again.taken, again.gstin, again.financial_year) == (
                    len(rows),
                    series.gstin,
                    series.financial_year,
                )


TestSeries = SeriesMachine.TestCase
TestSeries.settings = settings(max_examples=examples(50), stateful_step_count=30, deadline=None)
