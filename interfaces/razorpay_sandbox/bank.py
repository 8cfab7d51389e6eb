"""How does a person play the bank at the stand-in: ask a payment back, look at our evidence, decide?"""

from typing import Final

from interfaces.razorpay_sandbox import page
from interfaces.razorpay_sandbox.api import disputes
from interfaces.razorpay_sandbox.entities import Entity
from interfaces.razorpay_sandbox.refusals import Refused
from interfaces.razorpay_sandbox.service import Sandbox

PHASES: Final = tuple(
    (phase, phase.replace("_", " ").capitalize())
    for phase in ("chargeback", "pre_arbitration", "arbitration", "retrieval", "fraud")
)
REASONS: Final = (
    ("goods_or_services_not_received_or_partially_received", "Nothing was supplied"),
    ("duplicate_processing", "Charged twice"),
    ("unauthorised_transaction", "The customer did not pay this"),
)
TAKEN: Final = (("", "The money stays until it is lost"), ("1", "The money is taken at once"))
DECISIONS: Final = (
    ("won", "The merchant is right"),
    ("lost", "The customer is right"),
    ("closed", "Closed, nothing decided"),
    ("action_required", "More evidence is wanted"),
)


def show_payment(sandbox: Sandbox, payment_id: str, query: dict[str, str]) -> str:
    """A captured payment, and the form by which a bank asks it back."""
    del query
    payment = sandbox.books.get("payment", payment_id)
    if payment["status"] not in {"captured", "refunded"}:
        return page.told("Nothing to ask back", f"This payment is {payment['status']}.")
    chosen = (("phase", "How", PHASES), ("reason_code", "Why", REASONS), ("deduct_at_onset", "Money", TAKEN))
    return page.form("Ask a payment back", int(payment["amount"]), payment_id, chosen, "Ask it back")


def dispute_payment(sandbox: Sandbox, payment_id: str, form: dict[str, str]) -> str:
    """The bank asks it back."""
    told: Entity = {name: form[name] for name in ("phase", "reason_code", "deduct_at_onset") if form.get(name)}
    raised = disputes.raise_one(sandbox.books, payment_id, told)
    return page.told("Asked back", f"Dispute {raised['id']}: decide it at /disputes/{raised['id']}.")


def show_dispute(sandbox: Sandbox, dispute_id: str, query: dict[str, str]) -> str:
    """A dispute with what the merchant said, and the form by which the bank decides."""
    del query
    dispute = sandbox.books.get("dispute", dispute_id)
    said = str(dispute["evidence"]["summary"] or "The merchant said nothing yet.")
    if dispute["status"] in disputes.ENDED:
        return page.told(f"This dispute is {dispute['status']}", said)
    subject = f"{dispute_id}, {dispute['status']}. {said}"
    return page.form(
        "Decide a dispute", int(dispute["amount"]), subject, (("status", "Decision", DECISIONS),), "Decide"
    )


def decide_dispute(sandbox: Sandbox, dispute_id: str, form: dict[str, str]) -> str:
    """The bank has decided."""
    status = form.get("status", "")
    if status not in dict(DECISIONS):
        raise Refused("The selected status is invalid.", field="status")
    decided = disputes.decide(sandbox.books, dispute_id, status)
    return page.told("Decided", f"Dispute {dispute_id} is {decided['status']}.")
