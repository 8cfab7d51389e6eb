"""What do providers' bank accounts, earnings and payouts look like on the wire?"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from domain.earning_rules import LONGEST_WAIT_S
from domain.earnings_terms import WhyHeld
from domain.money import BASIS_POINTS, MOST_MINOR
from domain.payout_terms import PayoutState
from interfaces.http.shapes.money import AmountAsked, CurrencyAsked
from interfaces.http.shapes.prices import Currency, Minor
from interfaces.http.shapes.values import (
    EXAMPLE,
    Body,
    Instant,
    InstantTold,
    Name,
    Position,
    ProviderId,
    Shown,
    Version,
)


def _id(prefix: str, what: str) -> object:
    return Field(pattern=f"^{prefix}_[0-9a-f]{{32}}$", description=f"Id of {what}.", examples=[f"{prefix}_{EXAMPLE}"])


PayoutId = Annotated[str, _id("pyo", "a payout")]
BatchId = Annotated[str, _id("pyb", "a day's payouts")]
AccountId = Annotated[str, _id("pya", "a bank account")]
RulesId = Annotated[str, _id("erl", "a tenant's rules")]
EarningId = Annotated[str, _id("ern", "an earning")]
ReserveId = Annotated[str, _id("rsv", "a provider's reserve")]
CashId = Annotated[str, _id("cih", "a provider's cash")]
Share = Annotated[int, Field(ge=0, le=BASIS_POINTS, description="Basis points.", examples=[50])]
Amount = Annotated[int, Field(ge=0, lt=MOST_MINOR, description="Minor units.", examples=[0])]


class WhyNoPayout(StrEnum):
    """Why a payout came to nothing."""

    BANK = "bank"
    REFUSED = "refused"
    OFFICE = "office"


class PayoutAccountBody(Body):
    """Where a provider is paid. It is kept apart from everything else, encrypted, and shown to nobody in full."""

    holder: Name
    account_number: Annotated[
        str, StringConstraints(pattern=r"^[0-9A-Za-z]{5,35}$"), Field(examples=["50100123456789"])
    ]
    branch_code: Annotated[
        str, StringConstraints(pattern=r"^[A-Z]{4}0[A-Z0-9]{6}$"), Field(description="IFSC.", examples=["HDFC0000123"])
    ]


class PayoutAccountDone(Shown):
    """Where a bank account stands after a command."""

    id: AccountId
    version: Version
    position: Position
    provider_id: ProviderId
    is_verified: bool
    is_asked: bool
    held_until: Instant | None


class PayoutAccountShown(Shown):
    """A bank account: its end, whether the bank knows it, and from when on it is paid to."""

    id: AccountId
    version: Version
    provider_id: ProviderId
    ends_in: Annotated[str | None, Field(description="Last four digits; null once erased.", examples=["6789"])]
    branch_code: str | None
    is_verified: bool
    is_asked: bool
    refused_for: str | None
    held_until: Instant | None


class HoldBody(Body):
    """Why an earning is not paid for now."""

    reason: Annotated[WhyHeld, Field(examples=["disputed"])]


class ReserveReleaseBody(Body):
    """How much of what is kept back a provider gets."""

    amount_minor: AmountAsked
    currency: CurrencyAsked


class EarningDone(Shown):
    """Where an earning stands after a command."""

    id: EarningId
    version: Version
    position: Position
    provider_id: ProviderId
    amount_minor: Minor
    currency: Currency
    held: WhyHeld | None


class ReserveDone(Shown):
    """What is kept back of a provider's payouts after a command."""

    id: ReserveId
    version: Version
    position: Position
    provider_id: ProviderId
    reserve_minor: Minor
    currency: Currency


class EarningRow(Shown):
    """One earning; less than nothing after a job paid in cash."""

    id: EarningId
    version: Version
    position: Position
    amount_minor: Minor
    currency: Currency
    payable_from: Instant
    held: WhyHeld | None
    payout_id: PayoutId | None
    accrued_at: Instant


class EarningPage(Shown):
    """One page of a provider's earnings, newest first."""

    data: list[EarningRow]
    next_cursor: str | None


class CashHandedBody(Body):
    """Cash that a provider paid in at the desk."""

    amount_minor: AmountAsked
    currency: CurrencyAsked


class CashInHandShown(Shown):
    """What a provider owes us of the cash that it collected, and from when on it gets no more jobs in cash."""

    provider_id: ProviderId
    owed_minor: Minor
    currency: Currency
    limit_minor: Minor | None
    left_minor: Annotated[
        Minor | None, Field(description="So much more it may owe before it is offered no jobs in cash; null: no limit.")
    ]
    is_stopped: Annotated[bool, Field(description="Whether it is offered no jobs in cash.")]


class CashHandedDone(Shown):
    """What a provider owes of its cash after it paid some in."""

    id: CashId
    version: Version
    position: Position
    provider_id: ProviderId
    owed_minor: Minor
    currency: Currency


class PayoutDone(Shown):
    """Where a payout stands after a command."""

    id: PayoutId
    version: Version
    position: Position
    state: PayoutState
    provider_id: ProviderId
    amount_minor: Minor
    currency: Currency


class PayoutShown(Shown):
    """A payout: how far it is, and by which reference the bank knows it."""

    id: PayoutId
    version: Version
    state: PayoutState
    batch_id: BatchId
    provider_id: ProviderId
    amount_minor: Minor
    currency: Currency
    bank_reference: str | None
    why: WhyNoPayout | None
    created_at: Instant
    updated_at: Instant
    processed_at: Instant | None


class PayoutPage(Shown):
    """One page of payouts, newest first."""

    data: list[PayoutShown]
    next_cursor: str | None


class PayoutBatchShown(Shown):
    """A day's payouts in one currency. What was paid and what came back is told once none is on its way."""

    id: BatchId
    version: Version
    state: Literal["open", "closed", "finished"]
    day: Annotated[str, Field(examples=["2026-03-03"])]
    currency: Currency
    payouts: Annotated[int, Field(description="How many there are.", examples=[42])]
    amount_minor: Minor
    paid: int | None
    paid_minor: Minor | None
    came_back: Annotated[int | None, Field(description="How many came to nothing: they are earnings again.")]
    came_back_minor: Minor | None
    opened_at: Instant
    closed_at: Instant | None
    finished_at: Instant | None


class PayoutBatchPage(Shown):
    """One page of batches, newest first."""

    data: list[PayoutBatchShown]
    next_cursor: str | None


class RulesBody(Body):
    """By which rules providers earn from an instant on. Shares are what your tax adviser says that the law wants."""

    tcs_bp: Share
    tds_bp: Share
    tds_without_pan_bp: Share
    contract_tds_bp: Share = 0
    contract_tds_without_pan_bp: Share = 0
    waits_s: Annotated[int, Field(ge=0, le=LONGEST_WAIT_S, description="Seconds until an earning may be paid.")]
    reserve_bp: Share = 0
    reserve_most_minor: Amount = 0
    least_minor: Annotated[int, Field(ge=1, lt=MOST_MINOR, description="The least payout, in minor units.")] = 100
    cash_limit_minor: Annotated[
        int | None,
        Field(ge=0, lt=MOST_MINOR, description="Who owes us so much of its cash gets no job in cash. Null: no limit."),
    ] = None
    effective_from: InstantTold | None = None


class RulesDone(Shown):
    """The rules stand."""

    id: RulesId
    version: Version
    position: Position


class RulesShown(Shown):
    """The rules in effect."""

    tcs_bp: int
    tds_bp: int
    tds_without_pan_bp: int
    contract_tds_bp: int
    contract_tds_without_pan_bp: int
    waits_s: int
    reserve_bp: int
    reserve_most_minor: int
    least_minor: int
    cash_limit_minor: int | None
