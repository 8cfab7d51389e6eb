"""How does what we want of the gateway become so, exactly once in effect? Ask for it, and where nobody knows, look.

Each function may be called again at any time, after any crash, with the same wish: it ends in one effect at most. It
answers ``Uncertain`` only when even looking failed: then it is called again later, and never with a new operation id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from application.gateway import Capture, Confirmed, GiveBack, OpenLink, OpenOrder, Rejected, Uncertain
from application.gateway_payouts import Dispute, Evidence, PayOut

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from application.gateway import Link, Order, Outcome, Payment, PaymentGateway, Refund
    from application.gateway_mandates import MandateDesk, OpenMandate
    from application.gateway_payouts import DisputeDesk, Payout, PayoutBank
    from application.gateway_subscriptions import OpenPlan, OpenSubscription, Plan, Subscription, SubscriptionDesk

Made = TypeVar("Made")

# Three times in one go: what is still uncertain then is a matter of minutes, and of whoever calls again.
TRIES: Final = 3
ALREADY: Final = frozenset({"receipt_taken", "reference_taken", "already_captured", "already_refunded"})
"""Refusals that may mean that our own earlier call went through."""

OTHERWISE: Final = "_otherwise"
"""How a code ends that says: something else stands under our operation."""
SOMEBODY_LOOKS: Final = frozenset({"key_reused", "credentials_refused"})
"""Refusals after which an earlier call may have gone through all the same: another wish has our key, or the door is
locked. What is taken for certain is asked for again, and would then happen twice."""


def why_not(outcome: Rejected | Uncertain) -> tuple[bool, str]:
    """Whether it is certain that nothing happened, and why not."""
    if isinstance(outcome, Uncertain):
        return False, outcome.why
    return not outcome.code.endswith(OTHERWISE) and outcome.code not in SOMEBODY_LOOKS, outcome.code


def ensure_order(gateway: PaymentGateway, wanted: OpenOrder, *, first_time: bool = False) -> Outcome[Order]:
    """The order of an operation, looked for before it is asked for: receipts are not unique everywhere.

    ``first_time`` saves the look; only who certainly never asked before may say so.
    """

    def fits(order: Order) -> bool:
        return (order.amount_minor, order.currency) == (wanted.amount_minor, wanted.currency)

    def look() -> Outcome[Order | None]:
        return gateway.find_order(wanted.operation_id)

    if first_time:
        return _ensured(lambda: gateway.open_order(wanted), look, fits, "receipt_taken")
    return _sought(lambda: gateway.open_order(wanted), look, fits, "receipt_taken")


def ensure_captured(gateway: PaymentGateway, wanted: Capture) -> Outcome[Payment]:
    """An authorised payment is captured: by this call, by an earlier one or by the gateway itself."""

    def look() -> Outcome[Payment | None]:
        found = gateway.payment(wanted.payment_id)
        if isinstance(found, Confirmed) and not found.value.is_captured:
            return Confirmed(None)
        return found

    def fits(payment: Payment) -> bool:
        return payment.amount_minor == wanted.amount_minor

    return _ensured(lambda: gateway.capture(wanted), look, fits, "captured_otherwise")


def ensure_refunded(gateway: PaymentGateway, wanted: GiveBack) -> Outcome[Refund]:
    """The refund of an operation; a payment that is refunded fully counts only when the refund is ours."""

    def fits(refund: Refund) -> bool:
        return (refund.amount_minor, refund.payment_id) == (wanted.amount_minor, wanted.payment_id)

    def look() -> Outcome[Refund | None]:
        return gateway.find_refund(wanted.operation_id, wanted.payment_id)

    return _ensured(lambda: gateway.refund(wanted), look, fits, "refunded_otherwise")


def ensure_link(gateway: PaymentGateway, wanted: OpenLink) -> Outcome[Link]:
    """The link of an operation."""

    def fits(link: Link) -> bool:
        return (link.amount_minor, link.currency) == (wanted.amount_minor, wanted.currency)

    return _ensured(
        lambda: gateway.open_link(wanted), lambda: gateway.find_link(wanted.operation_id), fits, "reference_taken"
    )


def ensure_unlinked(gateway: PaymentGateway, gateway_link: str, operation_id: UUID) -> Outcome[Link]:
    """Nobody can pay by a link any more: ended by this call, by an earlier one, by time, or by somebody who paid."""

    def look() -> Outcome[Link]:
        found = gateway.find_link(operation_id)
        if isinstance(found, Confirmed):
            return Confirmed(found.value) if found.value is not None else Rejected("no_such_link")
        return found

    return _answered(
        lambda: gateway.cancel_link(gateway_link), look, lambda link: link.status not in {"created", "partially_paid"}
    )


def ensure_paid_out(bank: PayoutBank, wanted: PayOut) -> Outcome[Payout]:
    """The payout of an operation, in its latest state; ``Confirmed`` says that it exists, its status how it fares."""

    def fits(payout: Payout) -> bool:
        return (payout.amount_minor, payout.account_id) == (wanted.amount_minor, wanted.account_id)

    return _ensured(
        lambda: bank.pay_out(wanted), lambda: bank.find_payout(wanted.operation_id), fits, "paid_out_otherwise"
    )


def ensure_mandate(gateway: PaymentGateway, desk: MandateDesk, wanted: OpenMandate) -> Outcome[Order]:
    """The order by which a mandate is allowed, of an operation."""

    def fits(order: Order) -> bool:
        return (order.amount_minor, order.currency) == (wanted.amount_minor, wanted.currency)

    return _sought(lambda: desk.open_mandate(wanted), lambda: gateway.find_order(wanted.operation_id), fits)


def ensure_plan(desk: SubscriptionDesk, wanted: OpenPlan) -> Outcome[Plan]:
    """The plan of an operation."""

    def fits(plan: Plan) -> bool:
        return (plan.amount_minor, plan.currency, plan.every) == (wanted.amount_minor, wanted.currency, wanted.every)

    return _sought(lambda: desk.open_plan(wanted), lambda: desk.find_plan(wanted.operation_id), fits)


def ensure_subscription(desk: SubscriptionDesk, wanted: OpenSubscription) -> Outcome[Subscription]:
    """The subscription of an operation."""

    def fits(subscription: Subscription) -> bool:
        return subscription.plan_id == wanted.plan_id

    return _sought(lambda: desk.open_subscription(wanted), lambda: desk.find_subscription(wanted.operation_id), fits)


def ensure_contested(desk: DisputeDesk, dispute_id: str, evidence: Evidence) -> Outcome[Dispute]:
    """Our evidence is with the bank, by this call or an earlier one."""
    return _answered(
        lambda: desk.contest_dispute(dispute_id, evidence),
        lambda: desk.dispute(dispute_id),
        # One that is open again after an earlier answer has none to this question yet.
        lambda dispute: dispute.evidence_submitted_at is not None and dispute.status != "open",
    )


def ensure_accepted(desk: DisputeDesk, dispute_id: str) -> Outcome[Dispute]:
    """The dispute is lost, by this call or an earlier one."""
    return _answered(
        lambda: desk.accept_dispute(dispute_id),
        lambda: desk.dispute(dispute_id),
        lambda dispute: dispute.status == "lost",
    )


def _sought(
    ask: Callable[[], Outcome[Made]],
    look: Callable[[], Outcome[Made | None]],
    fits: Callable[[Made], bool],
    otherwise: str = "opened_otherwise",
) -> Outcome[Made]:
    """Look first: the gateway itself would make it twice."""
    found = look()
    if not isinstance(found, Confirmed):
        return _still_open(found)
    if found.value is not None:
        return Confirmed(found.value) if fits(found.value) else Rejected(otherwise)
    return _ensured(ask, look, fits, otherwise)


def _ensured(
    ask: Callable[[], Outcome[Made]],
    look: Callable[[], Outcome[Made | None]],
    fits: Callable[[Made], bool],
    otherwise: str,
) -> Outcome[Made]:
    """Ask; where that leaves a doubt, look; ask again only when it is certainly not there."""
    last: Outcome[Made] = Uncertain("not_asked")
    for _ in range(TRIES):
        last = ask()
        if isinstance(last, Confirmed):
            return last if fits(last.value) else Rejected(otherwise)
        if isinstance(last, Rejected) and last.code not in ALREADY:
            return last
        found = look()
        if isinstance(found, Confirmed) and found.value is not None:
            return Confirmed(found.value) if fits(found.value) else Rejected(otherwise)
        if isinstance(last, Rejected):
            return last if isinstance(found, Confirmed) else _still_open(found)
        if not isinstance(found, Confirmed):
            return _still_open(found)
    return last


def _answered(
    ask: Callable[[], Outcome[Made]], look: Callable[[], Outcome[Made]], is_done: Callable[[Made], bool]
) -> Outcome[Made]:
    last: Outcome[Made] = Uncertain("not_asked")
    for _ in range(TRIES):
        last = ask()
        if isinstance(last, Confirmed) or (isinstance(last, Rejected) and last.code != "not_open"):
            return last
        found = look()
        if not isinstance(found, Confirmed):
            return _still_open(found)
        if is_done(found.value):
            return found
        if isinstance(last, Rejected):
            return last
    return last


def _still_open(found: Rejected | Uncertain) -> Uncertain:
    """Not even looking told: that it was refused says nothing about what we wanted."""
    return found if isinstance(found, Uncertain) else Uncertain(f"not_told:{found.code}")
