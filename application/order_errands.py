"""How is an order opened, a payment captured and a refund made at the gateway, exactly once in effect?

Each errand may be run again at any time, after any crash: it looks at the log first, and what it learns is a command
whose name follows from the operation and from what was learnt.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from application.capture_order import RecordNoCapture, record_no_capture
from application.ensuring import ensure_captured, ensure_order, ensure_refunded, why_not
from application.gateway import Capture, Confirmed, GiveBack, OpenOrder
from application.learn_payment import LearnPayments, learn_payments, told_of
from application.log import CommandContext, fingerprint_of
from application.payers import note_payer
from application.record_opening import RecordOpening, record_opening
from application.record_refund import RecordNoRefund, RecordRefund, record_no_refund, record_refund
from domain.actor import Actor
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import Source
from domain.refund import Refund
from domain.refund_terms import RefundState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.ordering import RunsCommands
    from application.engine import Aggregates, Answer, Work
    from application.gateway import Payment, PaymentGateway
    from application.gateway import Refund as Told
    from application.payers import Payers

NAME: Final = "worker"


class OrderErrands:
    """Runs errands about customers' money."""

    def __init__(
        self, engine: RunsCommands, aggregates: Aggregates, gateway: PaymentGateway, payers: Payers | None = None
    ) -> None:
        """By what customers pay is noted where there are ``payers``."""
        self._engine = engine
        self._aggregates = aggregates
        self._gateway = gateway
        self._payers = payers

    async def open(self, tenant: str, order_id: UUID, operation_id: UUID, at: datetime) -> None:
        """Have an order opened; one that is open or refused is left alone."""
        order = await self._aggregates.load(PaymentOrder, tenant, order_id)
        if order is None or order.operation_id != operation_id or order.opening_is_over:
            return
        wanted = OpenOrder(operation_id, order.amount_minor, order.currency, captures_at_once=order.captures_at_once)
        outcome = await asyncio.to_thread(ensure_order, self._gateway, wanted)
        actor = Actor.system(NAME, tenant)
        if isinstance(outcome, Confirmed):
            told = RecordOpening(actor, order_id, at, gateway_order=outcome.value.order_id)
            what = "opened"
        else:
            is_certain, why = why_not(outcome)
            told = RecordOpening(actor, order_id, at, why=why, is_certain=is_certain)
            what = f"refused/{why}" if is_certain else f"doubted/{_second(at)}"
        await self._run(tenant, operation_id, what, at, lambda work: record_opening(told, work))

    async def capture(self, tenant: str, order_id: UUID, operation_id: UUID, at: datetime) -> None:
        """Have a payment captured; one that nobody asks for any more is left alone."""
        order = await self._aggregates.load(PaymentOrder, tenant, order_id)
        if order is None or order.capture is None or order.capture.operation_id != operation_id:
            return
        wanted = Capture(order.capture.payment, order.capture.amount_minor, order.currency)
        outcome = await asyncio.to_thread(ensure_captured, self._gateway, wanted)
        if isinstance(outcome, Confirmed):
            await self.tell(tenant, order_id, [outcome.value], Source.ASKED, f"{operation_id}/captured", at)
            return
        is_certain, why = why_not(outcome)
        told = RecordNoCapture(Actor.system(NAME, tenant), order_id, operation_id, is_certain, why, at)
        what = f"refused/{why}" if is_certain else f"doubted/{_second(at)}"
        await self._run(tenant, operation_id, what, at, lambda work: record_no_capture(told, work))

    async def refund(self, tenant: str, refund_id: UUID, operation_id: UUID, at: datetime) -> None:
        """Have money given back; a refund that the gateway knows is left alone."""
        refund = await self._aggregates.load(Refund, tenant, refund_id)
        if refund is None or refund.id != operation_id or not refund.is_asked:
            return
        wanted = GiveBack(operation_id, refund.gateway_payment, refund.amount_minor)
        outcome = await asyncio.to_thread(ensure_refunded, self._gateway, wanted)
        if isinstance(outcome, Confirmed):
            await self.tell_of_refund(tenant, refund.order_id, outcome.value, f"{operation_id}/accepted", at)
            return
        is_certain, why = why_not(outcome)
        told = RecordNoRefund(Actor.system(NAME, tenant), refund_id, is_certain, why, at)
        what = f"refused/{why}" if is_certain else f"doubted/{_second(at)}"
        await self._run(tenant, operation_id, what, at, lambda work: record_no_refund(told, work))

    async def ask_about(self, tenant: str, order_id: UUID, at: datetime) -> None:
        """Ask for every payment of an order: news may have been lost, or be on its way."""
        order = await self._aggregates.load(PaymentOrder, tenant, order_id)
        if order is None or order.gateway_order is None:
            return
        outcome = await asyncio.to_thread(self._gateway.payments_of_order, order.gateway_order)
        if isinstance(outcome, Confirmed) and outcome.value:
            what = f"{order_id}/asked/{_second(at)}"
            await self.tell(tenant, order_id, list(outcome.value), Source.ASKED, what, at)

    async def ask_about_refund(self, tenant: str, refund_id: UUID, at: datetime) -> None:
        """Ask how far a refund is that the gateway took on; one that is over is left alone."""
        refund = await self._aggregates.load(Refund, tenant, refund_id)
        if refund is None or refund.state is not RefundState.ACCEPTED:
            return
        outcome = await asyncio.to_thread(self._gateway.refunds_of_payment, refund.gateway_payment)
        told = outcome.value if isinstance(outcome, Confirmed) else ()
        for each in told:
            if each.refund_id == refund.gateway_refund and each.status != "pending":
                key = f"{refund_id}/asked/{each.status}"
                await self.tell_of_refund(tenant, refund.order_id, each, key, at)

    async def tell(
        self, tenant: str, order_id: UUID, told: list[Payment], source: Source, key: str, at: datetime
    ) -> None:
        """Note what the gateway says of payments, under a name that follows from how we heard of it."""
        await note_payer(self._payers, self._aggregates, (tenant, order_id), told, at)
        command = LearnPayments(Actor.system(NAME, tenant), order_id, [told_of(each) for each in told], source, at)
        await self._order(tenant, order_id, key, at, lambda work: learn_payments(command, work))

    async def tell_of_refund(self, tenant: str, order_id: UUID, told: Told, key: str, at: datetime) -> None:
        """Note what the gateway says of a refund."""
        command = RecordRefund(Actor.system(NAME, tenant), order_id, told, at)
        await self._order(tenant, order_id, key, at, lambda work: record_refund(command, work))

    async def _run(
        self, tenant: str, operation_id: UUID, what: str, at: datetime, decide: Callable[[Work], Awaitable[Answer]]
    ) -> None:
        await self._order(tenant, operation_id, f"{operation_id}/{what}", at, decide)

    async def _order(
        self, tenant: str, subject_id: UUID, key: str, at: datetime, decide: Callable[[Work], Awaitable[Answer]]
    ) -> None:
        actor = Actor.system(NAME, tenant).text
        await self._engine.run(CommandContext(tenant, actor, key, fingerprint_of(key), subject_id, at), decide)


def _second(at: datetime) -> int:
    return int(at.timestamp())
