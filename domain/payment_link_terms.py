"""In which words do we speak of a link by which somebody pays an order without a checkout of ours?"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from domain.refusal import BadInput, Refusal

SHORTEST: Final = timedelta(minutes=20)
"""The gateway refuses a link that ends within a quarter of an hour; five minutes are left for a worker that is late."""
LONGEST: Final = timedelta(days=15)
"""Who has not paid in two weeks is asked anew, in other words."""
USUAL: Final = timedelta(days=3)
"""Over a weekend: who means to pay does so by then."""
MOST_LINKS: Final = 10
"""Links for one order, one after the other: whoever did not pay by the tenth will not pay by the eleventh."""


class LinkState(StrEnum):
    """How far a link is."""

    ASKED = "asked"
    OPEN = "open"
    REFUSED = "refused"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


OVER: Final = frozenset({LinkState.REFUSED, LinkState.PAID, LinkState.EXPIRED, LinkState.CANCELLED})
"""From these nothing comes any more."""


class MessageState(StrEnum):
    """How far the message is that takes a link to somebody."""

    NONE = "none"
    """nobody told us where to; the desk reads it out, or sends it by other means"""
    WAITS = "waits"
    SENT = "sent"
    REFUSED = "refused"


class BadLinkLife(BadInput):
    """A link is good for twenty minutes at least, and for fifteen days at most."""

    code = "bad_link_life"


class TooManyLinks(Refusal):
    """This order had as many links as one may have."""

    code = "too_many_links"


class NoSuchLink(Refusal):
    """This order has no link that could be cancelled."""

    code = "no_open_link"


@dataclass(frozen=True, slots=True)
class PaymentLink:
    """One link of an order. ``link_id`` is the operation under which the gateway is asked for it.

    ``contact_id`` is the personal record of where it is sent; ``is_opened`` whether the gateway has told of it,
    ``cancels`` how often it was asked to end it.
    """

    link_id: UUID
    state: LinkState
    contact_id: UUID | None
    expires_at: datetime
    gateway_link: str = ""
    url: str = ""
    is_cancelling: bool = False
    cancels: int = 0
    message: MessageState = MessageState.NONE

    @property
    def is_opened(self) -> bool:
        """Whether it is settled what became of our asking."""
        return bool(self.gateway_link) or self.state is LinkState.REFUSED

    @property
    def cancel_operation(self) -> UUID:
        """Under which the gateway is asked to end it, the last time."""
        return uuid5(self.link_id, f"cancel/{self.cancels}")


ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9.:-]{1,80}(/[A-Za-z0-9_-]{1,40}){1,4}")


def address_of(url: str) -> str:
    """Where the gateway says that a link is paid, in a form in which no name fits; empty for any other."""
    return url if ADDRESS.fullmatch(url) else ""


def link_of(order_id: UUID, nth: int) -> UUID:
    """The id of an order's links, one after the other."""
    return uuid5(order_id, f"link/{nth}")


def message_of(link_id: UUID) -> UUID:
    """The operation under which a link is sent to somebody."""
    return uuid5(link_id, "message")


def with_link(links: tuple[PaymentLink, ...], changed: PaymentLink) -> tuple[PaymentLink, ...]:
    """The links after one of them changed."""
    return tuple(changed if each.link_id == changed.link_id else each for each in links)


def moved(links: tuple[PaymentLink, ...], link_id: UUID, state: LinkState) -> tuple[PaymentLink, ...]:
    """The links after one of them came so far."""
    return tuple(replace(each, state=state) if each.link_id == link_id else each for each in links)
