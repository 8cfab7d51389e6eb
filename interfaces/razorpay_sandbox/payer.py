"""By what does somebody pay at the stand-in? By what they say, or else by something that nobody else has."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from interfaces.razorpay_sandbox.entities import Entity
from interfaces.razorpay_sandbox.refusals import Refused

UPI_ID: Final = re.compile(r"[A-Za-z0-9._-]{2,64}@[A-Za-z0-9.-]{2,64}", re.ASCII)
LAST_DIGITS: Final = re.compile(r"[0-9]{4}", re.ASCII)
CARD: Final[Entity] = {
    "entity": "card",
    "name": "",
    "network": "Visa",
    "type": "debit",
    "issuer": "HDFC",
    "international": False,
    "emi": False,
}


@dataclass(frozen=True, slots=True)
class Payer:
    """A UPI id and the last four digits of a card, where somebody told them."""

    vpa: str = ""
    last4: str = ""

    def upi_id(self, order_id: str) -> str:
        """The one that was told, or one of the order's own."""
        return self.vpa or f"{order_id[-10:].lower()}@sandbox"

    def card(self, card_id: str, order_id: str) -> Entity:
        """As the gateway spells a card out: its id is new with each payment."""
        last4 = self.last4 or f"{int.from_bytes(sha256(order_id.encode()).digest()[:4]) % 10_000:04d}"
        return {"id": card_id, **CARD, "last4": last4}


NOBODY_WE_KNOW: Final = Payer()


def payer_in(told: Mapping[str, object]) -> Payer:
    """What a form or a test tells; raises Refused."""
    vpa, last4 = str(told.get("vpa") or "").strip(), str(told.get("last4") or "").strip()
    if vpa and not UPI_ID.fullmatch(vpa):
        raise Refused("Invalid VPA. Please enter a valid Virtual Payment Address", field="vpa")
    if last4 and not LAST_DIGITS.fullmatch(last4):
        raise Refused("The last digits of a card are four digits.", field="last4")
    return Payer(vpa, last4)


def spelt_out(payment: Entity, asked: object) -> Entity:
    """A payment as an answer tells it: with its card only where that was asked for (``expand[]``)."""
    wants_card = "card" in asked if isinstance(asked, list | tuple) else asked == "card"
    return payment if wants_card else {name: value for name, value in payment.items() if name != "card"}
