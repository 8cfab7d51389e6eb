"""When does the gateway pay the merchant, and of which rows does a settlement consist?

Two working days after the day of the payment, at ten in the morning in India: no Sundays, no second and fourth
Saturdays. The holidays of single banks are not known here.
"""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from interfaces.razorpay_sandbox.books import Books
from interfaces.razorpay_sandbox.entities import Entity
from interfaces.razorpay_sandbox.outbox import announce

INDIA: Final = ZoneInfo("Asia/Kolkata")
SETTLES_AFTER_DAYS: Final = 2
HOUR: Final = 10
SATURDAY, SUNDAY = 5, 6


def book_row(
    books: Books, kind: str, thing: Entity, *, credit: int = 0, debit: int = 0, fee: int = 0, tax: int = 0
) -> None:
    """What changes the merchant's balance is a row of a settlement to come."""
    payment_id = thing["id"] if kind == "payment" else thing.get("payment_id")
    payment = books.get("payment", payment_id) if payment_id else {}
    order = books.get("order", payment["order_id"]) if payment.get("order_id") else {}
    books.add(
        "row",
        {
            "id": books.new_id("row"),
            "entity_id": thing["id"],
            "type": kind,
            "debit": debit,
            "credit": credit,
            "amount": thing["amount"],
            "currency": thing.get("currency", "INR"),
            "fee": fee,
            "tax": tax,
            "on_hold": False,
            "settled": False,
            "created_at": books.now(),
            "settled_at": None,
            "settlement_id": None,
            "posted_at": None,
            "credit_type": "default",
            "description": thing.get("description"),
            "notes": thing.get("notes", []),
            "payment_id": payment_id if kind != "payment" else None,
            "settlement_utr": None,
            "order_id": payment.get("order_id"),
            "order_receipt": order.get("receipt"),
            "method": payment.get("method"),
            **dict.fromkeys(("card_network", "card_issuer", "card_type")),
            "dispute_id": thing["id"] if kind == "adjustment" else None,
        },
    )


def plan_settlement(books: Books) -> None:
    """What is booked now is settled then."""
    at = settles_at(books.now())
    if books.fact("settlement_planned_for") != at:
        books.keep_fact("settlement_planned_for", at)
        books.remind(at, "settle", str(at))


def settles_at(second: int) -> int:
    """The second at which a day's payments are settled."""
    day = datetime.fromtimestamp(second, UTC).astimezone(INDIA)
    left = SETTLES_AFTER_DAYS
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day)
    return int(day.replace(hour=HOUR, minute=0, second=0, microsecond=0).timestamp())


def is_working_day(day: datetime) -> bool:
    """Banks work on it: not on Sundays, nor on the second and fourth Saturday of a month."""
    if day.weekday() == SUNDAY:
        return False
    return not (day.weekday() == SATURDAY and (day.day - 1) // 7 in {1, 3})


def settle(books: Books, *, planned_for: int | None = None) -> Entity | None:
    """Pay out what is not settled, all of it or what falls due by then; None when that is nothing or less."""
    rows = [row for row in books.find("row") if not row["settled"]]
    if planned_for is not None:
        rows = [row for row in rows if settles_at(row["created_at"]) <= planned_for]
    amount = sum(row["credit"] - row["debit"] for row in rows)
    if not rows or amount <= 0:
        return None
    settlement = {
        "id": books.new_id("setl"),
        "entity": "settlement",
        "amount": amount,
        "status": "processed",
        "fees": sum(row["fee"] for row in rows),
        "tax": sum(row["tax"] for row in rows),
        "utr": books.new_id("utr").removeprefix("utr_").lower(),
        "created_at": books.now(),
    }
    books.add("settlement", settlement)
    books.move(f"setl:{settlement['id']}", "merchant", "bank", amount)
    for row in rows:
        row |= {"settled": True, "settled_at": books.now(), "posted_at": books.now()}
        row |= {"settlement_id": settlement["id"], "settlement_utr": settlement["utr"]}
        books.keep(row)
    announce(books, "settlement.processed", settlement=settlement)
    return settlement
