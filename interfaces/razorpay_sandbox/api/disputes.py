"""How is a chargeback accepted or contested, and where do the papers for it go?"""

from typing import Final

from interfaces.razorpay_sandbox.books import Books
from interfaces.razorpay_sandbox.call import Call, Routes
from interfaces.razorpay_sandbox.checks import only
from interfaces.razorpay_sandbox.entities import Entity
from interfaces.razorpay_sandbox.outbox import announce
from interfaces.razorpay_sandbox.refusals import Refused
from interfaces.razorpay_sandbox.settling import book_row, plan_settlement

PROOFS: Final = (
    *("shipping_proof", "billing_proof", "cancellation_proof", "customer_communication", "proof_of_service"),
    *("explanation_letter", "refund_confirmation", "access_activity_log", "refund_cancellation_policy"),
    "term_and_conditions",
)
KNOWN: Final = ("amount", "summary", "action", "others", *PROOFS)
# Seven days to answer, as the shortest of the card networks.
RESPOND_WITHIN_S: Final = 7 * 86_400
ENDED: Final = ("won", "lost", "closed")
LARGEST_DOCUMENT: Final = 4 * 1024 * 1024
DOCUMENTS: Final = ("image/jpeg", "image/jpg", "image/png", "application/pdf")


def raise_one(books: Books, payment_id: str, told: Entity) -> Entity:
    """A customer asks the bank for the money back."""
    payment = books.get("payment", payment_id)
    amount = int(told.get("amount") or payment["amount"])
    dispute = {
        "id": books.new_id("disp"),
        "entity": "dispute",
        "payment_id": payment_id,
        "amount": amount,
        "currency": payment["currency"],
        "amount_deducted": 0,
        "reason_code": told.get("reason_code", "goods_or_services_not_received_or_partially_received"),
        "respond_by": books.now() + RESPOND_WITHIN_S,
        "status": "open",
        "phase": told.get("phase", "chargeback"),
        "created_at": books.now(),
        "evidence": {"amount": None, "summary": None, **dict.fromkeys(PROOFS), "others": None, "submitted_at": None},
    }
    books.add("dispute", dispute)
    books.keep_fact(f"dispute_fee:{dispute['id']}", [int(told.get("fee") or 0), int(told.get("tax") or 0)])
    if told.get("deduct_at_onset"):
        _deduct(books, dispute)
    announce(books, "payment.dispute.created", payment=payment, dispute=dispute)
    books.remind(dispute["respond_by"], "dispute_lapses", dispute["id"])
    return dispute


def end(books: Books, dispute_id: str, status: str) -> Entity:
    """The bank has decided: won, lost or closed."""
    dispute = books.get("dispute", dispute_id)
    if status not in ENDED:
        raise Refused(f"a dispute ends as one of {', '.join(ENDED)}")
    if dispute["status"] in ENDED:
        return dispute
    dispute["status"] = status
    if status == "lost" and not dispute["amount_deducted"]:
        _deduct(books, dispute)
    elif status != "lost" and dispute["amount_deducted"]:
        books.move(f"dsp:{dispute_id}:back", "customers", "merchant", dispute["amount_deducted"])
        book_row(books, "adjustment", dispute, credit=dispute["amount_deducted"])
        dispute["amount_deducted"] = 0
    books.keep(dispute)
    announce(books, f"payment.dispute.{status}", payment=books.get("payment", dispute["payment_id"]), dispute=dispute)
    return dispute


def want_more(books: Books, dispute_id: str) -> Entity:
    """The evidence does not do for the bank: the dispute is open again, with as many days as at first."""
    dispute = books.get("dispute", dispute_id)
    if dispute["status"] != "under_review":
        raise Refused("a bank wants more of what it reviews")
    dispute["status"] = "open"
    dispute["respond_by"] = books.now() + RESPOND_WITHIN_S
    books.keep(dispute)
    payment = books.get("payment", dispute["payment_id"])
    announce(books, "payment.dispute.action_required", payment=payment, dispute=dispute)
    books.remind(dispute["respond_by"], "dispute_lapses", dispute["id"])
    return dispute


def has_lapsed(books: Books, dispute_id: str) -> bool:
    """Whether it still waits for an answer, and its last day is over."""
    dispute = books.get("dispute", dispute_id)
    return bool(dispute["status"] == "open" and dispute["respond_by"] <= books.now())


def decide(books: Books, dispute_id: str, status: str) -> Entity:
    """What the bank says of a dispute: an end, or ``action_required``."""
    return want_more(books, dispute_id) if status == "action_required" else end(books, dispute_id, status)


def fetch(call: Call) -> Entity:
    """GET /v1/disputes/:id."""
    return call.books.get("dispute", call.id)


def listed(call: Call) -> Entity:
    """GET /v1/disputes."""
    return call.books.page("dispute", call.query)


def accept(call: Call) -> Entity:
    """POST /v1/disputes/:id/accept."""
    dispute = call.books.get("dispute", call.id)
    if dispute["status"] != "open":
        raise Refused("Action not allowed when dispute is in " + dispute["status"] + " status")
    return end(call.books, dispute["id"], "lost")


def contest(call: Call) -> Entity:
    """PATCH /v1/disputes/:id/contest: a draft, or for good."""
    books, body = call.books, call.body
    only(body, KNOWN)
    dispute = books.get("dispute", call.id)
    if dispute["status"] != "open":
        raise Refused("Action not allowed when dispute is in " + dispute["status"] + " status")
    if body.get("action") not in {"draft", "submit"}:
        raise Refused("The action field is required.", field="action")
    evidence = dispute["evidence"]
    for name in PROOFS:
        for document_id in body.get(name) or []:
            books.get("document", document_id)
        evidence[name] = body.get(name, evidence[name])
    evidence["summary"] = body.get("summary", evidence["summary"])
    evidence["others"] = body.get("others", evidence["others"])
    evidence["amount"] = body.get("amount", evidence["amount"] or dispute["amount"])
    if body["action"] == "submit":
        if not any(evidence[name] for name in (*PROOFS, "others")):
            raise Refused("At least one document is required to contest a dispute.")
        evidence["submitted_at"] = books.now()
        dispute["status"] = "under_review"
    books.keep(dispute)
    if body["action"] == "submit":
        payment = books.get("payment", dispute["payment_id"])
        announce(books, "payment.dispute.under_review", payment=payment, dispute=dispute)
    return dispute


def keep_document(call: Call) -> Entity:
    """POST /v1/documents, as a form with a file."""
    if call.body.get("purpose") != "dispute_evidence":
        raise Refused("The selected purpose is invalid.", field="purpose")
    content = call.body.get("file")
    if not isinstance(content, bytes) or not content:
        raise Refused("The file field is required.", field="file")
    if len(content) > LARGEST_DOCUMENT or call.body.get("file_type") not in DOCUMENTS:
        raise Refused("The file must be a file of type: jpeg, jpg, png, pdf, of at most 4 MB.", field="file")
    return call.books.add(
        "document",
        {
            "id": call.books.new_id("doc"),
            "entity": "document",
            "purpose": "dispute_evidence",
            "size": len(content),
            "mime_type": call.body["file_type"],
            "display_name": call.body.get("file_name"),
            "created_at": call.books.now(),
        },
    )


def document(call: Call) -> Entity:
    """GET /v1/documents/:id."""
    return call.books.get("document", call.id)


def _deduct(books: Books, dispute: Entity) -> None:
    dispute["amount_deducted"] = dispute["amount"]
    books.keep(dispute)
    books.move(f"dsp:{dispute['id']}", "merchant", "customers", dispute["amount"])
    kept = books.fact(f"dispute_fee:{dispute['id']}")
    fee, tax = kept if isinstance(kept, list) else (0, 0)
    if fee:
        books.move(f"fee:{dispute['id']}", "merchant", "fees", fee)
    book_row(books, "adjustment", dispute, debit=dispute["amount"] + fee, fee=fee, tax=tax)
    plan_settlement(books)


ROUTES: Routes = (
    ("GET", "/v1/disputes", listed),
    ("GET", "/v1/disputes/{id}", fetch),
    ("POST", "/v1/disputes/{id}/accept", accept),
    ("PATCH", "/v1/disputes/{id}/contest", contest),
    ("POST", "/v1/documents", keep_document),
    ("GET", "/v1/documents/{id}", document),
)
