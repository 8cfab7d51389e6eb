"""How is a mandate opened, learnt of and used at the gateway, exactly once in effect?

A charge is an order under the charge's operation, paid by the mandate; the first term is an order that the customer
pays, which allows the mandate. Each errand may be run again at any time: it looks at the log and at the gateway first.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from application.ensuring import ensure_mandate, ensure_order, why_not
from application.gateway import Confirmed, OpenOrder, Uncertain
from application.gateway_mandates import OpenMandate, TakeByMandate
from application.log import CommandContext, fingerprint_of
from application.payers import instruments_of
from application.run_subscription import RecordCharge, RecordMandate, Told, record_charge, record_mandate
from application.subscribe import mandate_operation
from domain.actor import Actor
from domain.subscription import Subscription
from domain.tax_registration import TaxRegistrations, registrations_stream

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from application.dispatch.ordering import RunsCommands
    from application.engine import Aggregates, Answer, Work
    from application.gateway import Outcome, Payment, PaymentGateway
    from application.gateway_mandates import MandateDesk
    from application.payers import Payers

NAME: Final = "worker"
MANDATE_LASTS: Final = timedelta(days=5 * 365)
"""A mandate is agreed anew after five years: cards rarely live longer."""
ROOM: Final = 5
"""A mandate allows five times the price: room for the dearest of the usual plans, and for its next price."""
NOWHERE: Final = "29"
"""In which state tax is owed where no registration says: that of the tariff that ships with VehicAid."""


class MembershipErrands:
    """Runs errands about memberships."""

    def __init__(
        self,
        engine: RunsCommands,
        aggregates: Aggregates,
        gateway: PaymentGateway,
        mandates: MandateDesk,
        payers: Payers | None = None,
    ) -> None:
        """By what first terms are paid is noted where there are ``payers``; later ones are paid by the same."""
        self._engine = engine
        self._aggregates = aggregates
        self._gateway = gateway
        self._mandates = mandates
        self._payers = payers

    async def open(self, tenant: str, subscription_id: UUID, operation_id: UUID, at: datetime) -> None:
        """Have a mandate opened; one that is open, or that nobody waits for any more, is left alone."""
        found = await self._aggregates.load(Subscription, tenant, subscription_id)
        if found is None or operation_id != found.mandate_operation:
            return
        if not found.awaits_mandate or found.mandate_is_open:
            return
        price, currency = found.mandate_terms.price_minor, found.terms.currency
        wanted = OpenMandate(operation_id, price, currency, ROOM * price, at + MANDATE_LASTS)
        outcome = await asyncio.to_thread(ensure_mandate, self._gateway, self._mandates, wanted)
        if isinstance(outcome, Confirmed):
            await self._told(tenant, found, operation_id, Told.OPEN, outcome.value.order_id, None, at)
            return
        is_certain, _ = why_not(outcome)
        await self._told(tenant, found, operation_id, Told.FAILED if is_certain else Told.UNKNOWN, "", None, at)

    async def ask_about(self, tenant: str, subscription_id: UUID, at: datetime) -> None:
        """Ask whether a mandate was allowed; what nobody paid yet is no news."""
        found = await self._aggregates.load(Subscription, tenant, subscription_id)
        if found is None or not found.mandate_order:
            return
        outcome = await asyncio.to_thread(self._gateway.payments_of_order, found.mandate_order)
        for payment in _taken(outcome):
            await self.tell_of_mandate(tenant, subscription_id, found.mandate_operation, payment, at)

    async def tell_of_mandate(
        self, tenant: str, subscription_id: UUID, operation_id: UUID | None, payment: Payment, at: datetime
    ) -> None:
        """Note a payment that allowed a mandate; one that was not captured allows nothing.

        The operation is the one under which that mandate was asked for: of one that nobody waits for any more the
        money is booked, and nothing begins.
        """
        found = await self._aggregates.load(Subscription, tenant, subscription_id)
        if found is not None and payment.is_captured and payment.payment_id not in found.payments:
            if self._payers is not None:
                await self._payers.note(tenant, found.customer_id, instruments_of([payment]), at)
            operation = operation_id or found.mandate_operation or mandate_operation(subscription_id)
            await self._told(tenant, found, operation, Told.PAID, payment.payment_id, payment, at)

    async def charge(self, tenant: str, subscription_id: UUID, operation_id: UUID, at: datetime) -> None:
        """Have a term paid by the mandate; a charge that came out, or is another by now, is left alone."""
        found = await self._aggregates.load(Subscription, tenant, subscription_id)
        wanted = None if found is None else found.charge
        if found is None or wanted is None or operation_id not in found.asked:
            return
        taken = await asyncio.to_thread(
            self._take, operation_id, found.mandate, wanted.amount_minor, found.terms.currency
        )
        if isinstance(taken, Confirmed):
            payment = taken.value
            if payment.is_captured:
                await self._charged(tenant, found, operation_id, Told.PAID, payment.payment_id, payment, at)
            elif payment.status == "failed":
                why = payment.error_reason or "declined"
                await self._charged(tenant, found, operation_id, Told.FAILED, why, None, at)
            else:
                await self._charged(tenant, found, operation_id, Told.UNKNOWN, "under_way", None, at)
            return
        is_certain, why = why_not(taken)
        how = Told.FAILED if is_certain else Told.UNKNOWN
        await self._charged(tenant, found, operation_id, how, why, None, at)

    def _take(self, operation_id: UUID, mandate: str, amount_minor: int, currency: str) -> Outcome[Payment]:
        """The payment of the operation's order: the one there is, or one that is asked for now."""
        order = ensure_order(self._gateway, OpenOrder(operation_id, amount_minor, currency, captures_at_once=True))
        if not isinstance(order, Confirmed):
            return order
        known = self._gateway.payments_of_order(order.value.order_id)
        if not isinstance(known, Confirmed):
            return Uncertain("not_told")
        if known.value:
            best = [each for each in known.value if each.status != "failed"] or list(known.value)
            return Confirmed(best[0])
        return self._mandates.take(TakeByMandate(order.value.order_id, mandate, amount_minor, currency))

    async def _told(
        self,
        tenant: str,
        of: Subscription,
        operation: UUID,
        told: Told,
        name: str,
        payment: Payment | None,
        at: datetime,
    ) -> None:
        state = await self._state(tenant, at)
        fee = (payment.fee_minor or 0, payment.tax_minor or 0) if payment else (0, 0)
        paid = (payment.payment_id, payment.amount_minor) if payment else ("", 0)
        command = RecordMandate(Actor.system(NAME, tenant), of.id, operation, told, name, *paid, state, at, *fee)
        what = f"{operation}/{told.value}/{name}" + (f"/{_second(at)}" if told is Told.UNKNOWN else "")
        await self._run(tenant, of.id, what, at, lambda work: record_mandate(command, work))

    async def _charged(
        self,
        tenant: str,
        of: Subscription,
        operation_id: UUID,
        told: Told,
        detail: str,
        payment: Payment | None,
        at: datetime,
    ) -> None:
        state = await self._state(tenant, at)
        fee = (payment.fee_minor or 0, payment.tax_minor or 0) if payment else (0, 0)
        amount = payment.amount_minor if payment else 0
        whose = Actor.system(NAME, tenant)
        command = RecordCharge(whose, of.id, operation_id, told, detail, amount, state, at, *fee)
        what = f"{operation_id}/{told.value}/{detail}" + (f"/{_second(at)}" if told is Told.UNKNOWN else "")
        await self._run(tenant, of.id, what, at, lambda work: record_charge(command, work))

    async def _state(self, tenant: str, at: datetime) -> str:
        """Where the tax on memberships is owed: the first state, by its code, that the tenant is registered in."""
        book = await self._aggregates.load(TaxRegistrations, tenant, registrations_stream(tenant))
        return min(book.in_effect(at), default=NOWHERE) if book is not None else NOWHERE

    async def _run(
        self, tenant: str, subject_id: UUID, key: str, at: datetime, decide: Callable[[Work], Awaitable[Answer]]
    ) -> None:
        context = CommandContext(tenant, Actor.system(NAME, tenant).text, key, fingerprint_of(key), subject_id, at)
        await self._engine.run(context, decide)


def _taken(outcome: Outcome[tuple[Payment, ...]]) -> tuple[Payment, ...]:
    return tuple(each for each in outcome.value if each.is_captured) if isinstance(outcome, Confirmed) else ()


def _second(at: datetime) -> int:
    return int(at.timestamp())
