"""Which transfer books what the gateway, the bank, a job or a payout tells? One function for each fact.

Every id follows from the fact (``cap:{payment}``, ``rf:{refund}:processed``, ``dsp:{dispute}:lost``,
``po:{payout}:rev``), so a fact that is told by several messages is booked once. All of these are facts: nothing here is
refused. Amounts are more than nothing unless said otherwise; parts that do not make their whole raise Unbalanced.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from domain.ledger import chart
from domain.ledger.chart import GstKind
from domain.ledger.transfer import Leg, Transfer, fact_id, transfer


def captured(payment: str, request_id: UUID, amount_minor: int, currency: str) -> Transfer:
    """The gateway has a customer's money for a job."""
    legs = {chart.CLEARING: amount_minor, chart.advance_for(request_id): -amount_minor}
    return transfer("cap", payment, currency, legs)


def gateway_fee(payment: str, fee_minor: int, tax_minor: int, currency: str) -> Transfer:
    """The gateway keeps its fee, in which the tax on it is included: that we get back."""
    return transfer("fee", payment, currency, _fee_legs(fee_minor, tax_minor))


def _fee_legs(fee_minor: int, tax_minor: int) -> dict[str, int]:
    return {chart.CLEARING: -fee_minor, chart.PSP_FEE: fee_minor - tax_minor, chart.GST_INPUT: tax_minor}


def topped_up(payment: str, customer_id: UUID, amount_minor: int, currency: str) -> Transfer:
    """The gateway has money that a customer put into the wallet."""
    legs = {chart.CLEARING: amount_minor, chart.wallet_of(customer_id): -amount_minor}
    return transfer("top", payment, currency, legs)


def kept(hold_id: UUID, customer_id: UUID, request_id: UUID, amount_minor: int, currency: str) -> Transfer:
    """What a wallet is kept for; it moves when it is taken, all of it or a part."""
    legs = {chart.wallet_of(customer_id): amount_minor, chart.advance_for(request_id): -amount_minor}
    return transfer("cap", hold_id, currency, legs)


@dataclass(frozen=True, slots=True)
class Withheld:
    """What is kept of a provider's earnings for the state: collected (TCS) and deducted (TDS) at source."""

    tcs_minor: int = 0
    tds_minor: int = 0


Taxed = Mapping[tuple[GstKind, str], int]
"""Tax by its kind and the state that gets it."""


def done_as_principal(payment_id: UUID, request_id: UUID, net_minor: int, taxes: Taxed, currency: str) -> Transfer:
    """A job is done that we supplied ourselves: all of the net is ours, and the tax on it is owed."""
    legs = {chart.advance_for(request_id): net_minor + sum(taxes.values()), chart.SERVICE: -net_minor}
    return transfer("set", payment_id, currency, legs | _owed(taxes))


def subcontracted(
    payment_id: UUID, provider_id: UUID, amount_minor: int, currency: str, withheld: Withheld
) -> Transfer:
    """What the provider gets who did a job that we supplied: a cost of ours, less what is deducted at source."""
    legs = {
        chart.SUBCONTRACTED: amount_minor,
        chart.TDS: -withheld.tds_minor,
        chart.payable_to(provider_id): withheld.tds_minor - amount_minor,
    }
    return transfer("sub", payment_id, currency, legs)


def done_as_marketplace(
    payment_id: UUID,
    request_id: UUID,
    provider_id: UUID,
    total_minor: int,
    commission_minor: int,
    taxes: Taxed,
    currency: str,
    withheld: Withheld,
) -> Transfer:
    """A job is done that the provider supplied: commission and the tax on it are ours, the rest is the provider's."""
    ours = commission_minor + sum(taxes.values()) + withheld.tcs_minor + withheld.tds_minor
    legs = {
        chart.advance_for(request_id): total_minor,
        chart.COMMISSION: -commission_minor,
        chart.GST_TCS: -withheld.tcs_minor,
        chart.TDS: -withheld.tds_minor,
        chart.payable_to(provider_id): ours - total_minor,
    }
    return transfer("set", payment_id, currency, legs | _owed(taxes))


def _owed(taxes: Taxed) -> dict[str, int]:
    return {chart.gst_out(kind, state): -amount for (kind, state), amount in taxes.items()}


def refund_promised(refund: str, taken_back: Mapping[str, int], currency: str) -> Transfer:
    """A refund is on its way; ``taken_back`` says from which accounts (advance, service, commission, tax) how much."""
    legs = dict(taken_back) | {chart.REFUND_IN_FLIGHT: -sum(taken_back.values())}
    return transfer("rf", refund, currency, legs)


def refund_paid(refund: str, amount_minor: int, currency: str) -> Transfer:
    """The gateway gave a refund out; its fee stays spent."""
    legs = {chart.REFUND_IN_FLIGHT: amount_minor, chart.CLEARING: -amount_minor}
    return _named(fact_id("rf", refund, "processed"), currency, legs)


def refund_failed(promised: Transfer) -> Transfer:
    """A refund did not arrive: what was taken back for it stands where it stood."""
    return promised.reversed_by(f"{promised.transfer_id}:failed")


def refund_to_wallet(refund: str, customer_id: UUID, amount_minor: int, currency: str) -> Transfer:
    """A refund that did not arrive goes to the customer's wallet instead."""
    legs = {chart.REFUND_IN_FLIGHT: amount_minor, chart.wallet_of(customer_id): -amount_minor}
    return _named(fact_id("rf", refund, "wallet"), currency, legs)


def dispute_opened(dispute: str, amount_minor: int, currency: str) -> Transfer:
    """The gateway holds back what a customer's bank disputes."""
    legs = {chart.DISPUTE_HELD: amount_minor, chart.CLEARING: -amount_minor}
    return transfer("dsp", dispute, currency, legs)


def dispute_won(dispute: str, amount_minor: int, currency: str) -> Transfer:
    """What was held back is ours again."""
    legs = {chart.CLEARING: amount_minor, chart.DISPUTE_HELD: -amount_minor}
    return _named(fact_id("dsp", dispute, "won"), currency, legs)


def dispute_lost(dispute: str, amount_minor: int, currency: str) -> Transfer:
    """What was held back is gone: at our cost, until people say who is at fault."""
    legs = {chart.CHARGEBACK: amount_minor, chart.DISPUTE_HELD: -amount_minor}
    return _named(fact_id("dsp", dispute, "lost"), currency, legs)


def dispute_fee(dispute: str, settlement: str, fee_minor: int, tax_minor: int, currency: str) -> Transfer:
    """The gateway keeps its fee for a dispute, with the tax on it, out of a settlement; the tax we get back."""
    return _named(fact_id("dsp", dispute, "fee", settlement), currency, _fee_legs(fee_minor, tax_minor))


def dispute_won_fee(dispute: str, settlement: str, fee_minor: int, tax_minor: int, currency: str) -> Transfer:
    """The same out of what a bank gave back, which the gateway settles as a thing of its own."""
    return _named(fact_id("dsp", dispute, "won", "fee", settlement), currency, _fee_legs(fee_minor, tax_minor))


def recovered_from_reserve(recovery_id: UUID, provider_id: UUID, amount_minor: int, currency: str) -> Transfer:
    """A loss is the provider's who was at fault: what was kept back of its earnings bears it."""
    legs = {chart.reserve_of(provider_id): amount_minor, chart.CHARGEBACK: -amount_minor}
    return _named(fact_id("bor", recovery_id, "reserve"), currency, legs)


def recovered_from_earnings(recovery_id: UUID, provider_id: UUID, amount_minor: int, currency: str) -> Transfer:
    """A loss is the provider's who was at fault: we owe it so much less, or it owes us."""
    legs = {chart.payable_to(provider_id): amount_minor, chart.CHARGEBACK: -amount_minor}
    return _named(fact_id("bor", recovery_id, "earnings"), currency, legs)


def settled_to_bank(settlement: str, amount_minor: int, currency: str) -> Transfer:
    """The gateway paid out what it had for us."""
    return transfer("stl", settlement, currency, {chart.BANK: amount_minor, chart.CLEARING: -amount_minor})


def payout(
    payout_id: str, provider_id: UUID, amount_minor: int, currency: str, fee_minor: int = 0, tax_minor: int = 0
) -> Transfer:
    """A provider is paid: pending when it is requested, booked when the bank has done it.

    The gateway's fee for it, in which the tax on it is included, leaves the bank along with it.
    """
    legs = {chart.payable_to(provider_id): amount_minor, chart.BANK: -amount_minor - fee_minor}
    legs |= {chart.PSP_FEE: fee_minor - tax_minor, chart.GST_INPUT: tax_minor}
    return transfer("po", payout_id, currency, legs)


def payout_reversed(paid: Transfer) -> Transfer:
    """The bank gave a payout back, even days after it was done: we owe it again."""
    return paid.reversed_by(f"{paid.transfer_id}:rev")


def tipped(tip_id: UUID, request_id: UUID, provider_id: UUID, amount_minor: int, currency: str) -> Transfer:
    """A customer gave something on top, which waits in the job's advance: all of it is the provider's."""
    legs = {chart.advance_for(request_id): amount_minor, chart.payable_to(provider_id): -amount_minor}
    return transfer("tip", tip_id, currency, legs)


def tip_returned(tip_id: UUID, request_id: UUID, provider_id: UUID, amount_minor: int, currency: str) -> Transfer:
    """It goes back to the customer, by way of the job's advance."""
    given = tipped(tip_id, request_id, provider_id, amount_minor, currency)
    return given.reversed_by(f"{given.transfer_id}:back")


def reserved(provider_id: UUID, of: UUID, amount_minor: int, currency: str) -> Transfer:
    """A part of a provider's earnings is kept back while ``of`` may be disputed."""
    legs = {chart.payable_to(provider_id): amount_minor, chart.reserve_of(provider_id): -amount_minor}
    return transfer("rsv", of, currency, legs)


def _named(transfer_id: str, currency: str, legs: Mapping[str, int]) -> Transfer:
    return Transfer(transfer_id, currency, tuple(Leg(account, amount) for account, amount in legs.items() if amount))
