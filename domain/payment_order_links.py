"""How is an order paid by a link that somebody follows, instead of by a checkout? A chapter of ``PaymentOrder``.

The link is another door to the same order: whatever is paid through it is a try like any other, so that the first that
is captured pays and every other one is a duplicate. Once the order is paid or given up, the link is to end.
"""

from dataclasses import replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID, uuid5

from domain.aggregate import Aggregate, Chapter, event
from domain.intent import IntentEnd, IntentKind
from domain.payment_link_terms import (
    LONGEST,
    MOST_LINKS,
    OVER,
    SHORTEST,
    BadLinkLife,
    LinkState,
    NoSuchLink,
    PaymentLink,
    TooManyLinks,
    address_of,
    link_of,
    moved,
    with_link,
)
from domain.payment_order_terms import OrderPurpose, OrderState
from domain.refusal import OutOfTurn

UNWANTED = frozenset({OrderState.PAID, OrderState.ABANDONED})
WAITS_FOR_A_PAYER = frozenset({OrderState.OPENING, OrderState.OPEN})


class OrderLinks(Chapter):
    """One link at a time; each ends before the next."""

    customer_id: UUID
    purpose: OrderPurpose
    subject_id: UUID | None
    amount_minor: int
    currency: str
    state: OrderState
    links: tuple[PaymentLink, ...]

    class LinkAsked(Aggregate.Event):
        """The gateway is to make a link to pay this by; ``contact_id`` is the record of where it is sent."""

        TOPIC: ClassVar[str] = "payment_order.link_asked"
        ASKS: ClassVar[IntentKind] = IntentKind.OPEN_LINK
        operation_id: UUID
        customer_id: UUID
        purpose: OrderPurpose
        subject_id: UUID | None
        amount_minor: int
        currency: str
        expires_at: datetime
        contact_id: UUID | None

    class LinkOpened(Aggregate.Event):
        """The gateway has the link, under an id and an address of its own."""

        TOPIC: ClassVar[str] = "payment_order.link_opened"
        ENDS: ClassVar[IntentEnd] = IntentEnd.CONFIRMED
        operation_id: UUID
        gateway_link: str
        url: str

    class LinkRejected(Aggregate.Event):
        """The gateway refused the link: certainly there is none."""

        TOPIC: ClassVar[str] = "payment_order.link_rejected"
        ENDS: ClassVar[IntentEnd] = IntentEnd.REJECTED
        operation_id: UUID
        why: str

    class LinkDoubted(Aggregate.Event):
        """Nobody knows whether the gateway has the link: it has to be asked."""

        TOPIC: ClassVar[str] = "payment_order.link_doubted"
        DOUBTS: ClassVar[bool] = True
        operation_id: UUID
        why: str

    class LinkEnded(Aggregate.Event):
        """The gateway tells that nobody can pay by it any more; ``gateway_order`` is its order, of one that is paid."""

        TOPIC: ClassVar[str] = "payment_order.link_ended"
        link_id: UUID
        end: LinkState
        gateway_order: str | None

    class LinkCancelAsked(Aggregate.Event):
        """The gateway is to end the link: the order is paid in another way, or nobody waits for it."""

        TOPIC: ClassVar[str] = "payment_order.link_cancel_asked"
        ASKS: ClassVar[IntentKind] = IntentKind.CANCEL_LINK
        operation_id: UUID
        link_id: UUID
        gateway_link: str

    class LinkCancelConfirmed(Aggregate.Event):
        """The link is over: by our asking, or by itself."""

        TOPIC: ClassVar[str] = "payment_order.link_cancel_confirmed"
        ENDS: ClassVar[IntentEnd] = IntentEnd.CONFIRMED
        operation_id: UUID
        link_id: UUID

    class LinkCancelRejected(Aggregate.Event):
        """The gateway did not end it: whatever is paid by it goes back."""

        TOPIC: ClassVar[str] = "payment_order.link_cancel_rejected"
        ENDS: ClassVar[IntentEnd] = IntentEnd.REJECTED
        operation_id: UUID
        link_id: UUID
        why: str

    class LinkCancelDoubted(Aggregate.Event):
        """Nobody knows whether the link is over: it has to be asked."""

        TOPIC: ClassVar[str] = "payment_order.link_cancel_doubted"
        DOUBTS: ClassVar[bool] = True
        operation_id: UUID
        link_id: UUID
        why: str

    def ask_for_link(self, contact_id: UUID | None, expires_at: datetime, at: datetime) -> UUID:
        """Have a link made over all of the order; gives its id. One that is not over yet is no news.

        Raises OutOfTurn when nobody waits for the order, BadLinkLife or TooManyLinks.
        """
        last = self.links[-1] if self.links else None
        if self.state not in WAITS_FOR_A_PAYER:
            raise OutOfTurn(f"the order is {self.state.value}", state=self.state.value, act="ask_for_link")
        if last is not None and last.state not in OVER:
            return last.link_id
        if not SHORTEST <= expires_at - at <= LONGEST:
            raise BadLinkLife
        if len(self.links) >= MOST_LINKS:
            raise TooManyLinks(most=MOST_LINKS)
        link_id = link_of(self.id, len(self.links))
        told = {"operation_id": link_id, "customer_id": self.customer_id, "purpose": self.purpose}
        of = {"subject_id": self.subject_id, "amount_minor": self.amount_minor, "currency": self.currency}
        self.trigger_event(self.LinkAsked, timestamp=at, **told, **of, expires_at=expires_at, contact_id=contact_id)
        return link_id

    def link_opened(self, link_id: UUID, gateway_link: str, url: str, at: datetime) -> None:
        """The gateway has it; told twice it is no news. One that nobody wants any more is to end at once."""
        link = self.link_named(link_id)
        if link is None or link.is_opened:
            return
        self.trigger_event(
            self.LinkOpened, timestamp=at, operation_id=link_id, gateway_link=gateway_link, url=address_of(url)
        )
        if self.state in UNWANTED:
            self.unlink(at)

    def link_rejected(self, link_id: UUID, why: str, at: datetime) -> None:
        """The gateway refused it; once it is open or refused that is no news."""
        if self._awaits(link_id):
            self.trigger_event(self.LinkRejected, timestamp=at, operation_id=link_id, why=why)

    def link_doubted(self, link_id: UUID, why: str, at: datetime) -> None:
        """Nobody knows; once it is open or refused somebody does."""
        if self._awaits(link_id):
            self.trigger_event(self.LinkDoubted, timestamp=at, operation_id=link_id, why=why)

    def link_ended(self, link_id: UUID, end: LinkState, gateway_order: str | None, at: datetime) -> None:
        """Nobody can pay by it any more; what ended is no news. What was asked about its end has come out then."""
        link = self.link_named(link_id)
        if link is None or link.state in OVER:
            return
        self.trigger_event(self.LinkEnded, timestamp=at, link_id=link_id, end=end, gateway_order=gateway_order)
        if link.is_cancelling:
            told = {"operation_id": link.cancel_operation, "link_id": link_id}
            self.trigger_event(self.LinkCancelConfirmed, timestamp=at, **told)

    def cancel_link(self, at: datetime) -> None:
        """Let nobody pay by the link any more, while the order goes on; asked already is no news. Raises NoSuchLink."""
        if not self.links or self.links[-1].state is not LinkState.OPEN:
            raise NoSuchLink
        self.unlink(at)

    def link_cancel_rejected(self, operation_id: UUID, why: str, at: datetime) -> None:
        """The gateway refused to; of a cancellation that is over it is no news."""
        self._tell_of_cancel(self.LinkCancelRejected, operation_id, why, at)

    def link_cancel_doubted(self, operation_id: UUID, why: str, at: datetime) -> None:
        """Nobody knows; of a cancellation that is over somebody does."""
        self._tell_of_cancel(self.LinkCancelDoubted, operation_id, why, at)

    def unlink(self, at: datetime) -> None:
        """Ask the gateway to end the link that is open; without one, or asked already, it is no news."""
        link = self.links[-1] if self.links else None
        if link is None or link.state is not LinkState.OPEN or link.is_cancelling:
            return
        operation_id = uuid5(link.link_id, f"cancel/{link.cancels + 1}")
        told = {"operation_id": operation_id, "link_id": link.link_id, "gateway_link": link.gateway_link}
        self.trigger_event(self.LinkCancelAsked, timestamp=at, **told)

    def link_named(self, link_id: UUID) -> PaymentLink | None:
        """One of this order's links."""
        return next((each for each in self.links if each.link_id == link_id), None)

    def _awaits(self, link_id: UUID) -> bool:
        link = self.link_named(link_id)
        return link is not None and not link.is_opened

    def _tell_of_cancel(self, fact: type[Aggregate.Event], operation_id: UUID, why: str, at: datetime) -> None:
        for link in self.links:
            if link.is_cancelling and link.cancel_operation == operation_id:
                told = {"operation_id": operation_id, "link_id": link.link_id, "why": why}
                self.trigger_event(fact, timestamp=at, **told)

    @event(LinkAsked)
    def _on_link_asked(self, operation_id: UUID, contact_id: UUID | None, expires_at: datetime) -> None:
        self.links = (*self.links, PaymentLink(operation_id, LinkState.ASKED, contact_id, expires_at))

    @event(LinkOpened)
    def _on_link_opened(self, operation_id: UUID, gateway_link: str, url: str) -> None:
        link = self.link_named(operation_id)
        if link is not None:
            state = LinkState.OPEN if link.state is LinkState.ASKED else link.state
            self.links = with_link(self.links, replace(link, gateway_link=gateway_link, url=url, state=state))

    @event(LinkRejected)
    def _on_link_rejected(self, operation_id: UUID) -> None:
        self.links = moved(self.links, operation_id, LinkState.REFUSED)

    @event(LinkEnded)
    def _on_link_ended(self, link_id: UUID, end: LinkState) -> None:
        self.links = moved(self.links, link_id, end)

    @event(LinkCancelAsked)
    def _on_link_cancel_asked(self, link_id: UUID) -> None:
        link = self.link_named(link_id)
        if link is not None:
            self.links = with_link(self.links, replace(link, is_cancelling=True, cancels=link.cancels + 1))

    @event(LinkCancelConfirmed)
    def _on_link_cancel_confirmed(self, link_id: UUID) -> None:
        self._cancels_no_more(link_id)

    @event(LinkCancelRejected)
    def _on_link_cancel_rejected(self, link_id: UUID) -> None:
        self._cancels_no_more(link_id)

    def _cancels_no_more(self, link_id: UUID) -> None:
        link = self.link_named(link_id)
        if link is not None:
            self.links = with_link(self.links, replace(link, is_cancelling=False))
