"""Which accounts are there, and on which side does each stand as a rule?

The first letter tells what an account is: A what we have, L what we owe, I what we earned, E what we spent, U units of
a benefit. An account is named by a function of this file and nowhere else; docs/guides/money.md explains each.
"""

from enum import StrEnum
from uuid import UUID

CASH_DESK = "A:Cash:Desk"
CLEARING = "A:Psp:Razorpay:Clearing"
DISPUTE_HELD = "A:Psp:Razorpay:DisputeHeld"
BANK = "A:Bank:Current"
GST_INPUT = "A:Gst:InputCredit"
GST_TCS = "L:Gst:Tcs"
TDS = "L:Tds:194O"
REFUND_IN_FLIGHT = "L:Refund:InFlight"
SUSPENSE = "L:Suspense"
COMMISSION = "I:Commission"
SERVICE = "I:Service"
BREAKAGE = "I:Breakage"
PSP_FEE = "E:PspFee"
CHARGEBACK = "E:Chargeback"
ROUNDING = "E:Rounding"
GOODWILL = "E:Goodwill"
DISPLACED = "E:Displaced"
SUBCONTRACTED = "E:Subcontracted"
MEMBERSHIP = "E:Membership"


class GstKind(StrEnum):
    """Which of the taxes on goods and services."""

    CGST = "CGST"
    SGST = "SGST"
    IGST = "IGST"
    UTGST = "UTGST"


def cash_with(provider_id: UUID) -> str:
    """What a provider has collected for us and not handed in."""
    return f"A:Cash:Provider:{provider_id.hex}"


def receivable_from(customer_id: UUID) -> str:
    """What a customer owes us."""
    return f"A:Customer:{customer_id.hex}:Receivable"


def partner_owes(partner_id: UUID) -> str:
    """What a partner owes us for jobs that it bears."""
    return f"A:Partner:{partner_id.hex}:Receivable"


def wallet_of(customer_id: UUID) -> str:
    """What a customer has with us."""
    return f"L:Customer:{customer_id.hex}:Wallet"


def promo_of(customer_id: UUID, grant_id: UUID) -> str:
    """What a customer was given to spend with us, by one grant, which expires."""
    return f"L:Customer:{customer_id.hex}:Promo:{grant_id.hex}"


def advance_for(request_id: UUID) -> str:
    """What was paid for a job and is not divided yet: empty before and after."""
    return f"L:Advance:{request_id.hex}"


def payable_to(provider_id: UUID) -> str:
    """What we owe a provider; a debit balance is what the provider owes us, after jobs paid in cash."""
    return f"L:Provider:{provider_id.hex}:Payable"


def reserve_of(provider_id: UUID) -> str:
    """What is kept back of a provider's earnings, for disputes."""
    return f"L:Provider:{provider_id.hex}:Reserve"


def deferred_for(subscription_id: UUID) -> str:
    """What was paid for a membership's days to come."""
    return f"L:Deferred:{subscription_id.hex}"


def gst_out(kind: GstKind, state: str) -> str:
    """Tax that we owe, of one kind and, for what a state gets, of one state (two digits; empty when unknown)."""
    return f"L:Gst:Out:{kind.value}:{state}" if state else f"L:Gst:Out:{kind.value}"


def units_of(subscription_id: UUID, benefit: str, period: int) -> str:
    """What a membership is entitled to of one benefit in one of its periods (the first is 1), and has not used."""
    return f"U:{subscription_id.hex}:{benefit}:{period}"


def units_given(benefit: str) -> str:
    """Units of a benefit that memberships were given."""
    return f"U:Given:{benefit}"


def units_used(benefit: str) -> str:
    """Units of a benefit that were used, or that nobody used in time."""
    return f"U:Used:{benefit}"


BY_REQUEST_ONLY = ("L:Customer:", "U:")
"""Accounts with a stream that guards them; of these only wallets, promos and units of memberships are."""

MOVED_BY_FACTS = (CLEARING, DISPUTE_HELD, BANK, REFUND_IN_FLIGHT, "L:Advance:")
"""Accounts that only follow what the gateway, the bank and the jobs tell: they have no guard and are never read, and
may come to stand on their wrong side when the messages come in another order than the facts."""


def is_guarded(account: str) -> bool:
    """Whether requests are refused when the account does not cover them: only these accounts are contended."""
    if not account.startswith(BY_REQUEST_ONLY):
        return False
    return not account.startswith(("U:Given:", "U:Used:"))


def on_wrong_side(account: str, balance_minor: int) -> bool:
    """Whether an account that follows facts stands where it cannot: a case to reconcile, never a reason to refuse."""
    if not account.startswith(MOVED_BY_FACTS):
        return account == SUSPENSE and balance_minor != 0
    return balance_minor < 0 if account.startswith("A:") else balance_minor > 0
