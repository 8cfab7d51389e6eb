"""How does money leave for a bank account, and how does it come back?"""

from typing import Final

from interfaces.razorpay_sandbox.books import Books
from interfaces.razorpay_sandbox.call import Call, Routes
from interfaces.razorpay_sandbox.checks import (
    LONGEST_RECEIPT,
    PAYOUT_KEY,
    amount_in,
    answered_before,
    currency_in,
    fingerprint,
    notes_in,
    only,
    text_in,
)
from interfaces.razorpay_sandbox.entities import Entity
from interfaces.razorpay_sandbox.outbox import announce
from interfaces.razorpay_sandbox.refusals import Refused

HEADER: Final = "x-payout-idempotency"
KNOWN: Final = (
    *("account_number", "fund_account_id", "amount", "currency", "mode", "purpose", "queue_if_low_balance"),
    *("reference_id", "narration", "notes"),
)
MODES: Final = ("NEFT", "RTGS", "IMPS", "UPI", "card")
LONGEST_NARRATION: Final = 30
# Half a minute until the bank has it.
DONE_AFTER_S: Final = 30
UNDER_WAY: Final = ("pending", "queued", "processing")
BACK: Final = ("reversed", "failed", "cancelled", "rejected")


def create(call: Call) -> Entity:
    """POST /v1/payouts."""
    books, body, key = call.books, call.body, call.headers.get(HEADER)
    if key is None:
        raise Refused(
            "Idempotency key is missing. Include idempotency header and key in the request.",
            field="X-Payout-Idempotency",
            reason="null",
        )
    if not PAYOUT_KEY.fullmatch(key):
        raise Refused("The idempotency key must have 4 to 36 letters, digits, -, _ or spaces.")
    known = answered_before(books, HEADER, key, body)
    if known is not None:
        return books.get("payout", known)
    _check(books, body)
    payout = _begun(books, body)
    if books.balance("banking") < payout["amount"]:
        if not body.get("queue_if_low_balance"):
            raise Refused("Your account does not have enough balance to carry out the payout operation.")
        payout["status"] = "queued"
    books.add("payout", payout)
    books.keep_answer(f"{HEADER}:{key}", fingerprint(body), payout["id"])
    if payout["status"] == "queued":
        announce(books, "payout.queued", payout=payout)
        return payout
    return begin(books, payout)


def begin(books: Books, payout: Entity) -> Entity:
    """The money leaves our account at the gateway."""
    payout["status"] = "processing"
    books.keep(payout)
    books.move(f"po:{payout['id']}", "banking", "beneficiaries", payout["amount"])
    transaction = {"entity": "transaction", "account_number": books.fact("account_number"), "currency": "INR"}
    money = {"amount": payout["amount"], "debit": payout["amount"], "credit": 0, "balance": books.balance("banking")}
    made = {"id": books.new_id("txn"), "created_at": books.now(), "source": {"entity": "payout", "id": payout["id"]}}
    books.add("transaction", made | transaction | money)
    announce(books, "payout.initiated", payout=payout)
    books.remind(books.now() + DONE_AFTER_S, "payout_done", payout["id"])
    return payout


def change(books: Books, payout_id: str, status: str) -> Entity:
    """What the bank, or somebody in the merchant's office, made of it; ``processed`` may still become ``reversed``."""
    payout = books.get("payout", payout_id)
    if payout["status"] in BACK or payout["status"] == status or status not in {"processed", *BACK}:
        return payout
    was_sent = payout["status"] in {"processing", "processed"}
    payout["status"] = status
    if status == "processed":
        payout["utr"] = books.new_id("utr").removeprefix("utr_")
        payout["status_details"] = {
            "source": "beneficiary_bank",
            "reason": "payout_processed",
            "description": "Payout is processed and the money has been credited into the beneficiary account.",
        }
    else:
        payout["status_details"] = {
            "source": "beneficiary_bank",
            "reason": "beneficiary_bank_rejected" if status == "reversed" else status,
            "description": "The money is back in your account.",
        }
        if was_sent:
            books.move(f"po:{payout_id}:back", "beneficiaries", "banking", payout["amount"])
    books.keep(payout)
    if status != "cancelled":  # of that the gateway sends no news
        announce(books, f"payout.{status}", payout=payout)
    return payout


def fetch(call: Call) -> Entity:
    """GET /v1/payouts/:id."""
    return call.books.get("payout", call.id)


def listed(call: Call) -> Entity:
    """GET /v1/payouts?account_number=, by reference when one is told."""
    if call.query.get("account_number") != call.books.fact("account_number"):
        raise Refused("The account number field is required.", field="account_number")
    where = {"reference_id": call.query["reference_id"]} if "reference_id" in call.query else {}
    return call.books.page("payout", call.query, **where)


def cancel(call: Call) -> Entity:
    """POST /v1/payouts/:id/cancel: only what waits for money."""
    payout = call.books.get("payout", call.id)
    if payout["status"] != "queued":
        raise Refused("Payout cannot be cancelled as it is not in queued status.")
    return change(call.books, payout["id"], "cancelled")


def transactions(call: Call) -> Entity:
    """GET /v1/transactions."""
    return call.books.page("transaction", call.query)


def transaction(call: Call) -> Entity:
    """GET /v1/transactions/:id."""
    return call.books.get("transaction", call.id)


def _check(books: Books, body: Entity) -> None:
    only(body, KNOWN)
    if body.get("account_number") != books.fact("account_number"):
        raise Refused("The RazorpayX Account number is invalid.", field="account_number")
    amount_in(body, what="Payout")
    currency_in(body)
    account = books.get("fund_account", str(body.get("fund_account_id")))
    if not account["active"]:
        raise Refused("Payouts cannot be created on an inactive fund account", field="fund_account_id")
    if body.get("mode") not in MODES:
        raise Refused("Payout mode is invalid", field="mode")
    text_in(body, "purpose", LONGEST_NARRATION, required=True)
    text_in(body, "narration", LONGEST_NARRATION)
    text_in(body, "reference_id", LONGEST_RECEIPT)


def _begun(books: Books, body: Entity) -> Entity:
    return {
        "id": books.new_id("pout"),
        "entity": "payout",
        "fund_account_id": body["fund_account_id"],
        "amount": body["amount"],
        "currency": "INR",
        "notes": notes_in(body),
        "fees": 0,
        "tax": 0,
        "status": "processing",
        "utr": None,
        "mode": body["mode"],
        "purpose": body["purpose"],
        "reference_id": body.get("reference_id"),
        "narration": body.get("narration"),
        "batch_id": None,
        "status_details": None,
        "fee_type": None,
        "created_at": books.now(),
    }


ROUTES: Routes = (
    ("POST", "/v1/payouts", create),
    ("GET", "/v1/payouts", listed),
    ("GET", "/v1/payouts/{id}", fetch),
    ("POST", "/v1/payouts/{id}/cancel", cancel),
    ("GET", "/v1/transactions", transactions),
    ("GET", "/v1/transactions/{id}", transaction),
)
