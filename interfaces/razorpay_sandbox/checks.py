"""What does the gateway say about the body of a call before it looks at anything else?"""

import json
import re
from collections.abc import Collection
from typing import Final

from interfaces.razorpay_sandbox.books import Books
from interfaces.razorpay_sandbox.entities import Entity
from interfaces.razorpay_sandbox.refusals import Refused

LEAST_AMOUNT: Final = 100
LONGEST_RECEIPT: Final = 40
MOST_NOTES: Final = 15
LONGEST_NOTE: Final = 256
REFUND_KEY: Final = re.compile(r"[A-Za-z0-9_-]{10,}")
PAYOUT_KEY: Final = re.compile(r"[A-Za-z0-9_ -]{4,36}")


def only(body: Entity, allowed: Collection[str]) -> None:
    """Nothing is sent that the call does not know."""
    extra = [name for name in body if name not in allowed]
    if extra:
        raise Refused(f"{', '.join(extra)} is/are not required and should not be sent", field=extra[0])


def amount_in(body: Entity, *, least: int = LEAST_AMOUNT, what: str = "Order") -> int:
    """The amount of money in whole minor units."""
    if "amount" not in body:
        raise Refused("amount: is required.", field="amount")
    amount = body["amount"]
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise Refused("The amount must be an integer.", field="amount")
    if amount < least:
        raise Refused(f"{what} amount less than minimum amount allowed", field="amount")
    return amount


def currency_in(body: Entity) -> str:
    """The currency; the sandbox takes rupees only, as a merchant without international payments does."""
    if "currency" not in body:
        raise Refused("currency: is required.", field="currency")
    if body["currency"] != "INR":
        raise Refused("The currency should be INR when method is upi", field="currency")
    return "INR"


def text_in(body: Entity, name: str, longest: int, *, required: bool = False) -> str | None:
    """A text of limited length."""
    value = body.get(name)
    if value is None:
        if required:
            raise Refused(f"The {name.replace('_', ' ')} field is required.", field=name)
        return None
    if not isinstance(value, str) or len(value) > longest:
        raise Refused(f"The {name.replace('_', ' ')} may not be greater than {longest} characters.", field=name)
    return value


def notes_in(body: Entity) -> Entity | list[str]:
    """Notes; none are an empty list, which is how the gateway writes them."""
    notes = body.get("notes")
    if not notes:
        return []
    if not isinstance(notes, dict):
        raise Refused("The notes must be an array.", field="notes")
    if len(notes) > MOST_NOTES:
        raise Refused("The notes may not have more than 15 items.", field="notes")
    if any(len(str(value)) > LONGEST_NOTE for value in notes.values()):
        raise Refused("The notes value may not be greater than 256 characters.", field="notes")
    return notes


def answered_before(books: Books, header: str, key: str, body: Entity) -> str | None:
    """The id that this key made with this body; None for a new key.

    Raises Refused when the key came with another body.
    """
    known = books.answer_to(f"{header}:{key}")
    if known is None:
        return None
    if known[0] != fingerprint(body):
        raise Refused("Different request with the same idempotency key has already been processed.")
    return known[1]


def fingerprint(body: Entity) -> str:
    """The same for the same body."""
    return json.dumps(body, sort_keys=True)
