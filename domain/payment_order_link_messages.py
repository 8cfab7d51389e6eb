"""How does a link reach the person who is to pay by it? A chapter of ``PaymentOrder``: we send the message ourselves.

Whoever carries messages cannot be asked what became of one: a message may go out twice, and is never lost.
"""

from dataclasses import replace
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Chapter, event
from domain.intent import IntentEnd, IntentKind
from domain.payment_link_terms import LinkState, MessageState, PaymentLink, message_of, with_link


class OrderLinkMessages(Chapter):
    """One message for each link that has somewhere to go."""

    links: tuple[PaymentLink, ...]

    class LinkMessageAsked(Aggregate.Event):
        """The link is to be sent to where this personal record says."""

        TOPIC: ClassVar[str] = "payment_order.link_message_asked"
        ASKS: ClassVar[IntentKind] = IntentKind.SEND_LINK
        operation_id: UUID
        link_id: UUID
        contact_id: UUID

    class LinkMessageSent(Aggregate.Event):
        """The carrier took it."""

        TOPIC: ClassVar[str] = "payment_order.link_message_sent"
        ENDS: ClassVar[IntentEnd] = IntentEnd.CONFIRMED
        operation_id: UUID
        link_id: UUID

    class LinkMessageRefused(Aggregate.Event):
        """It will not be sent: there is no such number, or nobody is to pay by the link any more."""

        TOPIC: ClassVar[str] = "payment_order.link_message_refused"
        ENDS: ClassVar[IntentEnd] = IntentEnd.REJECTED
        operation_id: UUID
        link_id: UUID
        why: str

    class LinkMessageDoubted(Aggregate.Event):
        """The carrier did not take it this time; it is tried again."""

        TOPIC: ClassVar[str] = "payment_order.link_message_doubted"
        DOUBTS: ClassVar[bool] = True
        operation_id: UUID
        link_id: UUID
        why: str

    def ask_for_link_message(self, link_id: UUID, at: datetime) -> None:
        """Send it to whom it is for; without an address, before it is open, and twice, it is no news."""
        link = self._link(link_id)
        if link is None or link.contact_id is None or link.message is not MessageState.NONE:
            return
        if link.state is LinkState.OPEN and link.url and not link.is_cancelling:
            told = {"operation_id": message_of(link_id), "link_id": link_id, "contact_id": link.contact_id}
            self.trigger_event(self.LinkMessageAsked, timestamp=at, **told)

    def link_message_sent(self, link_id: UUID, at: datetime) -> None:
        """It is on its way; told twice it is no news."""
        if self.sends_message_of(link_id):
            told = {"operation_id": message_of(link_id), "link_id": link_id}
            self.trigger_event(self.LinkMessageSent, timestamp=at, **told)

    def link_message_refused(self, link_id: UUID, why: str, at: datetime) -> None:
        """It cannot be sent; told twice it is no news."""
        self._tell_of_message(self.LinkMessageRefused, link_id, why, at)

    def link_message_doubted(self, link_id: UUID, why: str, at: datetime) -> None:
        """It did not go out this time; once it is over that is no news."""
        self._tell_of_message(self.LinkMessageDoubted, link_id, why, at)

    def sends_message_of(self, link_id: UUID) -> bool:
        """Whether somebody still waits for a message with this link."""
        link = self._link(link_id)
        return link is not None and link.message is MessageState.WAITS

    def _link(self, link_id: UUID) -> PaymentLink | None:
        return next((each for each in self.links if each.link_id == link_id), None)

    def _tell_of_message(self, fact: type[Aggregate.Event], link_id: UUID, why: str, at: datetime) -> None:
        if self.sends_message_of(link_id):
            told = {"operation_id": message_of(link_id), "link_id": link_id, "why": why}
            self.trigger_event(fact, timestamp=at, **told)

    def _put_message(self, link_id: UUID, message: MessageState) -> None:
        link = self._link(link_id)
        if link is not None:
            self.links = with_link(self.links, replace(link, message=message))

    @event(LinkMessageAsked)
    def _on_link_message_asked(self, link_id: UUID) -> None:
        self._put_message(link_id, MessageState.WAITS)

    @event(LinkMessageSent)
    def _on_link_message_sent(self, link_id: UUID) -> None:
        self._put_message(link_id, MessageState.SENT)

    @event(LinkMessageRefused)
    def _on_link_message_refused(self, link_id: UUID) -> None:
        self._put_message(link_id, MessageState.REFUSED)
