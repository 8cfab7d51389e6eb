"""What does the gateway tell of what it has paid the merchant, row by row?"""

from datetime import UTC, datetime
from typing import Final

from interfaces.razorpay_sandbox.call import Call, Routes
from interfaces.razorpay_sandbox.checks import amount_in
from interfaces.razorpay_sandbox.entities import Entity
from interfaces.razorpay_sandbox.refusals import Refused
from interfaces.razorpay_sandbox.settling import INDIA, settle

# As the gateway's report: a thousand rows at once.
LARGEST_REPORT: Final = 1_000


def listed(call: Call) -> Entity:
    """GET /v1/settlements."""
    return call.books.page("settlement", call.query)


def fetch(call: Call) -> Entity:
    """GET /v1/settlements/:id."""
    return call.books.get("settlement", call.id)


def report(call: Call) -> Entity:
    """GET /v1/settlements/recon/combined: the rows settled in a month, or on a day, of India."""
    try:
        year, month = int(call.query["year"]), int(call.query["month"])
        day = int(call.query["day"]) if "day" in call.query else None
        count, skip = int(call.query.get("count", 10)), int(call.query.get("skip", 0))
    except (KeyError, ValueError):
        raise Refused("The year and month fields are required.", field="year") from None
    if not 1 <= count <= LARGEST_REPORT:
        raise Refused("The count may not be greater than 1000.", field="count")
    rows = [row for row in call.books.find("row") if row["settled"] and _is_of(row["settled_at"], year, month, day)]
    items = [{name: value for name, value in row.items() if name != "id"} for row in rows[skip : skip + count]]
    return {"entity": "collection", "count": len(items), "items": items}


def at_once(call: Call) -> Entity:
    """POST /v1/settlements/ondemand: the whole balance, now."""
    if not call.body.get("settle_full_balance"):
        amount_in(call.body, what="Settlement")
    made = settle(call.books)
    if made is None:
        raise Refused("Your account does not have enough balance to carry out the settlement.")
    return call.books.add(
        "ondemand",
        {
            "id": call.books.new_id("setlod"),
            "entity": "settlement.ondemand",
            "amount_requested": made["amount"],
            "amount_settled": made["amount"],
            "amount_pending": 0,
            "amount_reversed": 0,
            "fees": 0,
            "tax": 0,
            "currency": "INR",
            "settle_full_balance": True,
            "status": "processed",
            "description": call.body.get("description"),
            "notes": call.body.get("notes") or [],
            "created_at": call.books.now(),
        },
    )


def at_once_listed(call: Call) -> Entity:
    """GET /v1/settlements/ondemand."""
    return call.books.page("ondemand", call.query)


def at_once_fetched(call: Call) -> Entity:
    """GET /v1/settlements/ondemand/:id."""
    return call.books.get("ondemand", call.id)


def _is_of(second: int, year: int, month: int, day: int | None) -> bool:
    at = datetime.fromtimestamp(second, UTC).astimezone(INDIA)
    return (at.year, at.month) == (year, month) and day in {None, at.day}


ROUTES: Routes = (
    ("GET", "/v1/settlements", listed),
    ("GET", "/v1/settlements/recon/combined", report),
    ("POST", "/v1/settlements/ondemand", at_once),
    ("GET", "/v1/settlements/ondemand", at_once_listed),
    ("GET", "/v1/settlements/ondemand/{id}", at_once_fetched),
    ("GET", "/v1/settlements/{id}", fetch),
)
