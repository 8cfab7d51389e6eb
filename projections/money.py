"""How does a read model see the legs of a money event? Checked once, the same way for every read model."""

from __future__ import annotations

from typing import NamedTuple

from projections.fact import BadFact, Fact

BOOKS = (
    "wallet.credited",
    "wallet.debited",
    "wallet.hold_captured",
    "wallet.promo_granted",
    "wallet.promo_expired",
    "wallet.promo_spent",
    "wallet.given_back",
    "wallet.returned",
    "ledger_account.booked",
    "ledger_account.hold_posted",
    "subscription.charged",
    "subscription.charged_in_vain",
    "subscription.upgraded",
    "subscription.earned",
    "subscription.fee_learned",
    "coverage.used",
    "payment.collected",
    "payment.owed",
    "payment.settled",
    "payment.credited_back",
    "tip.given",
    "tip.returned",
    "partner_account.charged",
    "partner_account.paid",
    "payment_order.payment_captured",
    "payment_order.fee_learned",
    "refund.promised",
    "refund.recognised",
    "refund.processed",
    "refund.put_back",
    "dispute.funds_held",
    "dispute.funds_released",
    "dispute.charged_back",
    "dispute.regained",
    "dispute.fee_learned",
    "service_request.provider_compensated",
    "cash_in_hand.handed_in",
    "reserve.kept",
    "reserve.freed",
    "reserve.drawn",
    "reserve.fell_short",
    "reserve.put_back",
    "reserve.forgiven",
    "payout.processed",
    "payout.reversed",
    "settlement.booked",
)
"""The topics that move money; a test holds this to what the domain says."""


class LegTold(NamedTuple):
    """One leg: its place among the transfer's, its account, and so many minor units (a debit is positive)."""

    number: int
    account: str
    amount_minor: int


def legs_of(fact: Fact) -> list[LegTold]:
    """The legs of a transfer, in their order; raises BadFact for what does not sum to nothing (M1)."""
    legs = [_leg(fact, number, told) for number, told in enumerate(fact.all_told("legs"), start=1)]
    if not legs or sum(leg.amount_minor for leg in legs) != 0 or len({leg.account for leg in legs}) != len(legs):
        raise BadFact(f"{fact.topic} at {fact.position}: the legs do not sum to nothing")
    return legs


def _leg(fact: Fact, number: int, told: dict[str, object]) -> LegTold:
    account, amount = told.get("account"), told.get("amount_minor")
    if type(account) is not str or type(amount) is not int:
        raise BadFact(f"{fact.topic} at {fact.position}: leg {number} is no account and amount")
    return LegTold(number, account, amount)
