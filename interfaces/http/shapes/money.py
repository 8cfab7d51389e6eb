"""What do wallets, payments, bills and accounts look like on the wire?"""

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from domain.invoice_terms import DocType
from domain.money import EXPONENTS, MOST_MINOR
from domain.payment_terms import PaymentState, WhyWaived
from domain.price_terms import LineKind, PaymentMethod
from domain.request_fare import Outcome
from domain.wallet_terms import WhyFrozen
from interfaces.http.shapes.earned_by import EarnedBy
from interfaces.http.shapes.prices import Currency, Minor
from interfaces.http.shapes.values import (
    EXAMPLE,
    Body,
    Instant,
    Position,
    ProviderId,
    RequestId,
    Shown,
    UserId,
    Version,
)

CURRENCIES: Final = "|".join(sorted(EXPONENTS))


def _id(prefix: str, what: str) -> object:
    return Field(pattern=f"^{prefix}_[0-9a-f]{{32}}$", description=f"Id of a {what}.", examples=[f"{prefix}_{EXAMPLE}"])


WalletId = Annotated[str, _id("wal", "wallet")]
PaymentId = Annotated[str, _id("pay", "payment")]
InvoiceId = Annotated[str, _id("inv", "invoice")]
AmountAsked = Annotated[int, Field(ge=1, le=MOST_MINOR, description="Minor units.", examples=[500000])]
CurrencyAsked = Annotated[
    str, StringConstraints(pattern=f"^({CURRENCIES})$"), Field(description="ISO 4217.", examples=["INR"])
]
Account = Annotated[str, Field(examples=["A:Cash:Desk"])]


class ThenShown(Shown):
    """Which time an answer is about: null for now."""

    as_of: Annotated[Instant | None, Field(description="What happened later does not count.")]
    known_at: Annotated[Position | None, Field(description="What was told behind this position does not count.")]


class WhyEntered(StrEnum):
    """What an entry of a wallet's statement is for."""

    TOP_UP = "top_up"
    REFUND = "refund"
    GOODWILL = "goodwill"
    SERVICE = "service"
    FEE = "fee"
    DEBT = "debt"
    TO_SOURCE = "to_source"


class TopUpBody(Body):
    """Cash that a customer handed over the counter."""

    amount_minor: AmountAsked
    currency: CurrencyAsked


class FreezeBody(Body):
    """Why nothing may be taken from a wallet."""

    reason: Annotated[WhyFrozen, Field(examples=["customer_asked"])]


class WalletDone(Shown):
    """Where a wallet stands after a command."""

    id: WalletId
    version: Version
    position: Position
    customer_id: UserId
    currency: Currency
    balance_minor: Minor
    held_minor: Minor
    available_minor: Minor
    frozen: WhyFrozen | None


class HoldShown(Shown):
    """What is kept for one job."""

    request_id: RequestId
    amount_minor: Minor
    expires_at: Instant


class WalletShown(ThenShown):
    """A wallet as it stands: available is the balance without what is kept for jobs."""

    id: WalletId
    version: Version
    customer_id: UserId
    currency: Currency
    balance_minor: Minor
    held_minor: Minor
    available_minor: Minor
    holds: list[HoldShown]
    frozen: WhyFrozen | None


class EntryShown(Shown):
    """What went in (positive) or out (negative), and the balance behind it."""

    position: Position
    amount_minor: Minor
    balance_minor: Minor
    currency: Currency
    why: WhyEntered
    request_id: RequestId | None
    transfer_id: Annotated[str, Field(examples=[f"crd:{EXAMPLE}"])]
    booked_at: Instant


class EntryPage(ThenShown):
    """One page of a wallet's statement, newest first."""

    data: list[EntryShown]
    next_cursor: str | None


class PaymentShown(Shown):
    """What a job costs and how it is paid. What it was divided into is shown to the provider and the desk."""

    id: PaymentId
    version: Version
    state: PaymentState
    outcome: Outcome
    method: PaymentMethod
    request_id: RequestId
    customer_id: UserId
    provider_id: ProviderId | None
    invoice_id: Annotated[InvoiceId | None, Field(description="The customer's bill, once settled.")]
    amount_minor: Minor
    paid_minor: Minor
    owed_minor: Minor
    collected_minor: Annotated[Minor, Field(description="Of what is paid, in cash by the provider.")]
    covered_minor: Annotated[Minor, Field(description="Of what is paid, by the customer's membership.")]
    partner_minor: Annotated[Minor, Field(description="Of what is paid, by a partner.")]
    partner_id: Annotated[str | None, Field(examples=[f"ptn_{EXAMPLE}"])]
    tip_minor: Annotated[Minor, Field(description="What the customer gave the crew on top; no part of the rest.")]
    currency: Currency
    commission_minor: Minor | None
    commission_tax_minor: Minor | None
    payable_minor: Annotated[Minor | None, Field(description="The provider's part.")]
    created_at: Instant
    updated_at: Instant
    settled_at: Instant | None


class RepaymentBody(Body):
    """How much of the debt is taken from the wallet."""

    amount_minor: AmountAsked
    currency: CurrencyAsked


class WaiverBody(Body):
    """Why a payment is not asked for any more."""

    reason: Annotated[WhyWaived, Field(examples=["goodwill"])]


class PaymentDone(Shown):
    """Where a payment stands after a command."""

    id: PaymentId
    version: Version
    position: Position
    state: PaymentState
    request_id: RequestId
    customer_id: UserId
    amount_minor: Minor
    paid_minor: Minor
    owed_minor: Minor
    currency: Currency


class PaymentPage(Shown):
    """One page of payments, newest first."""

    data: list[PaymentShown]
    next_cursor: str | None


class InvoiceLineShown(Shown):
    """One line of a bill; `sac` is the services accounting code."""

    kind: LineKind
    sac: Annotated[str, Field(examples=["996744"])]
    amount_minor: Minor


class BillLifeShown(ThenShown):
    """What became of a bill: it never changes itself, and its number stays taken."""

    state: Literal["issued", "registering", "registered", "voiding", "cancelled"]
    irn: Annotated[str | None, Field(description="The registrar's reference number.")]
    credited_minor: Minor
    credit_notes: list[Annotated[str, _id("crn", "credit note")]]


class InvoiceShown(Shown):
    """A bill. Its number is its place in the series of the financial year: 1, 2, 3 without a gap."""

    id: InvoiceId
    version: Version
    number: Annotated[str | None, Field(description="As it is written on the bill.", examples=["VA/26-27/0000001"])]
    doc_type: DocType
    gstin: Annotated[str | None, Field(description="Tax registration of the supplier; null for one without.")]
    financial_year: Annotated[str, Field(examples=["26-27"])]
    issued_on: Annotated[str, Field(description="The supplier's calendar day.", examples=["2026-11-22"])]
    outcome: Outcome
    request_id: RequestId
    payment_id: PaymentId
    customer_id: UserId
    provider_id: ProviderId | None
    lines: list[InvoiceLineShown]
    tax_lines: list[InvoiceLineShown]
    net_minor: Minor
    tax_minor: Minor
    total_minor: Minor
    currency: Currency
    place_of_supply: Annotated[str | None, Field(description="GST code of the state; null where it is not on record.")]
    sac: Annotated[str, Field(examples=["996744"])]
    issued_at: Instant
    life: Annotated[BillLifeShown | None, Field(description="Null in lists.")]


class InvoicePage(Shown):
    """One page of bills, newest first."""

    data: list[InvoiceShown]
    next_cursor: str | None


class EarningShown(Shown):
    """One job or fee: what the provider earned, without the cash that it kept, is what it is owed by it."""

    position: Position
    payment_id: PaymentId
    request_id: RequestId
    outcome: EarnedBy
    gross_minor: Minor
    commission_minor: Minor
    commission_tax_minor: Minor
    tcs_minor: Minor
    tds_minor: Minor
    earned_minor: Minor
    cash_kept_minor: Minor
    net_minor: Minor
    currency: Currency
    settled_at: Instant


class BalanceOwed(Shown):
    """What we owe in one currency; negative when it is owed to us."""

    currency: Currency
    owed_minor: Minor


class ProviderStatement(ThenShown):
    """What a provider is owed, and one page of the jobs that it comes from, newest first."""

    balances: list[BalanceOwed]
    data: list[EarningShown]
    next_cursor: str | None


class AccountShown(Shown):
    """How an account stands: a debit balance is positive, a credit balance negative."""

    account: Account
    currency: Currency
    balance_minor: Minor
    side: Literal["debit", "credit"]
    updated_at: Annotated[Instant | None, Field(description="Null for another time than now.")]


class AccountPage(ThenShown):
    """One page of accounts, by name; those that are empty are left out."""

    data: list[AccountShown]
    next_cursor: str | None
