"""How is a link made and ended at the gateway, exactly once in effect, and sent to somebody, once at least?

Each errand may be run again at any time, after any crash: it looks at the log first, and what it learns is a command
whose name follows from the operation and from what was learnt.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from application.ensuring import ensure_link, ensure_unlinked, why_not
from application.gateway import Confirmed, OpenLink
from application.log import CommandContext, fingerprint_of
from application.messages import Message, NotCarried
from application.payers import note_payer
from application.record_link import (
    About,
    RecordLink,
    RecordLinkMessage,
    RecordLinkOpening,
    RecordNoLink,
    record_link,
    record_link_message,
    record_link_opening,
    record_no_link,
)
from domain.actor import Actor
from domain.money import text_of
from domain.payment_link_terms import OVER, LinkState
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import Source

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime
    from uuid import UUID

    from application.dispatch.ordering import RunsCommands
    from application.engine import Aggregates, Answer, Work
    from application.gateway import Payment, PaymentGateway
    from application.messages import Carrier
    from application.payers import Payers
    from application.personal import PersonalStore
    from domain.payment_link_terms import PaymentLink

NAME: Final = "worker"
ERASED: Final = "erased"
"""Whom it was for was forgotten before it was sent."""
NOT_OPEN: Final = "not_open"


class LinkErrands:
    """Runs errands about links; ``payee`` is how the page of a link, and the message, name us."""

    def __init__(
        self,
        engine: RunsCommands,
        aggregates: Aggregates,
        personal: PersonalStore,
        gateway: PaymentGateway,
        sms: Carrier,
        payee: str,
        payers: Payers | None = None,
    ) -> None:
        self._engine = engine
        self._aggregates = aggregates
        self._personal = personal
        self._gateway = gateway
        self._sms = sms
        self._payee = payee
        self._payers = payers

    async def open(self, tenant: str, order_id: UUID, operation_id: UUID, at: datetime) -> None:
        """Have a link made; one that is open or refused is left alone."""
        order, link = await self._link(tenant, order_id, operation_id)
        if order is None or link is None or link.is_opened:
            return
        wanted = OpenLink(
            operation_id, order.amount_minor, order.currency, f"Payment to {self._payee}", link.expires_at
        )
        outcome = await asyncio.to_thread(ensure_link, self._gateway, wanted)
        actor = Actor.system(NAME, tenant)
        if not isinstance(outcome, Confirmed):
            await self._note_no((tenant, order_id, operation_id), operation_id, About.OPENING, why_not(outcome), at)
            return
        told = RecordLinkOpening(actor, order_id, operation_id, outcome.value, at)
        await self._run(tenant, order_id, f"{operation_id}/opened", at, lambda work: record_link_opening(told, work))

    async def cancel(self, tenant: str, order_id: UUID, operation_id: UUID, at: datetime) -> None:
        """Have a link ended; who paid by it meanwhile is heard of, and their money goes back if it came second."""
        order = await self._aggregates.load(PaymentOrder, tenant, order_id)
        links = () if order is None else order.links
        for link in links:
            if link.is_cancelling and link.cancel_operation == operation_id:
                await self._cancel(tenant, order_id, link, at)

    async def send(self, tenant: str, order_id: UUID, operation_id: UUID, at: datetime) -> None:
        """Hand the message to its carrier; one that nobody waits for any more is left alone."""
        order = await self._aggregates.load(PaymentOrder, tenant, order_id)
        waiting = [] if order is None else [each for each in order.links if order.sends_message_of(each.link_id)]
        if order is None or not waiting:
            return
        link = waiting[-1]
        told = await self._carried(tenant, order, link, operation_id)
        if told is not None:
            await self._note_no((tenant, order_id, link.link_id), operation_id, About.MESSAGE, told, at)
            return
        sent = RecordLinkMessage(Actor.system(NAME, tenant), order_id, link.link_id, at)
        await self._run(tenant, order_id, f"{operation_id}/sent", at, lambda work: record_link_message(sent, work))

    async def ask_about(self, tenant: str, order_id: UUID, at: datetime) -> None:
        """Ask how an order's link stands, and who paid by it: news may have been lost, or be on its way."""
        order = await self._aggregates.load(PaymentOrder, tenant, order_id)
        for link in () if order is None else order.links:
            if link.is_opened and link.state not in OVER:
                await self._ask(tenant, order_id, link.link_id, at)

    async def tell(
        self,
        whose: tuple[str, UUID],
        link_id: UUID,
        status: str | None,
        payments: Sequence[Payment],
        source: Source,
        key: str,
        at: datetime,
    ) -> None:
        """Note what the gateway says of a link, under a name that follows from how we heard of it."""
        tenant, order_id = whose
        await note_payer(self._payers, self._aggregates, whose, payments, at)
        told = RecordLink(Actor.system(NAME, tenant), order_id, link_id, status, payments, source, at)
        await self._run(tenant, order_id, key, at, lambda work: record_link(told, work))

    async def _cancel(self, tenant: str, order_id: UUID, link: PaymentLink, at: datetime) -> None:
        outcome = await asyncio.to_thread(ensure_unlinked, self._gateway, link.gateway_link, link.link_id)
        if isinstance(outcome, Confirmed):
            await self._tell_found(tenant, order_id, link.link_id, outcome.value.status, outcome.value.payment_ids, at)
        else:
            of = (tenant, order_id, link.link_id)
            await self._note_no(of, link.cancel_operation, About.CANCELLING, why_not(outcome), at)

    async def _ask(self, tenant: str, order_id: UUID, link_id: UUID, at: datetime) -> None:
        found = await asyncio.to_thread(self._gateway.find_link, link_id)
        link = found.value if isinstance(found, Confirmed) else None
        if link is not None and link.status != "created":
            await self._tell_found(tenant, order_id, link_id, link.status, link.payment_ids, at)

    async def _tell_found(
        self, tenant: str, order_id: UUID, link_id: UUID, status: str, payment_ids: Sequence[str], at: datetime
    ) -> None:
        payments = []
        for payment_id in payment_ids:
            paid = await asyncio.to_thread(self._gateway.payment, payment_id)
            if not isinstance(paid, Confirmed):
                return  # The intent, or the link, stays open: it is looked at again.
            payments.append(paid.value)
        key = f"{link_id}/{status}/{'/'.join(sorted(payment_ids))}"
        await self.tell((tenant, order_id), link_id, status, payments, Source.ASKED, key, at)

    async def _carried(
        self, tenant: str, order: PaymentOrder, link: PaymentLink, operation_id: UUID
    ) -> tuple[bool, str] | None:
        """Why it is not on its way, and whether that is for good; None when it is."""
        if link.state is not LinkState.OPEN or link.is_cancelling:
            return True, NOT_OPEN
        records = {} if link.contact_id is None else await self._personal.get(tenant, [link.contact_id])
        record = None if link.contact_id is None else records.get(link.contact_id)
        if record is None:
            return True, ERASED
        amount = f"{order.currency} {text_of(order.amount_minor, order.currency)}"
        until = link.expires_at.strftime("%d %b %H:%M UTC")
        text = f"Please pay {amount} to {self._payee} by this link, good until {until}: {link.url}"
        try:
            await self._sms.carry(Message(operation_id, str(record.fields.get("phone") or ""), "Your payment", text))
        except NotCarried as error:
            return error.for_good, error.code.lower()
        return None

    async def _note_no(
        self, of: tuple[str, UUID, UUID], operation_id: UUID, about: About, why: tuple[bool, str], at: datetime
    ) -> None:
        (tenant, order_id, link_id), (is_certain, reason) = of, why
        told = RecordNoLink(Actor.system(NAME, tenant), order_id, link_id, about, is_certain, reason, at)
        what = f"refused/{reason}" if is_certain else f"doubted/{int(at.timestamp())}"
        key = f"{operation_id}/{what}"
        await self._run(tenant, order_id, key, at, lambda work: record_no_link(told, work))

    async def _link(self, tenant: str, order_id: UUID, link_id: UUID) -> tuple[PaymentOrder | None, PaymentLink | None]:
        order = await self._aggregates.load(PaymentOrder, tenant, order_id)
        return order, None if order is None else order.link_named(link_id)

    async def _run(
        self, tenant: str, order_id: UUID, key: str, at: datetime, decide: Callable[[Work], Awaitable[Answer]]
    ) -> None:
        actor = Actor.system(NAME, tenant).text
        await self._engine.run(CommandContext(tenant, actor, key, fingerprint_of(key), order_id, at), decide)
