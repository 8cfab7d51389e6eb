"""What do partners that bear jobs look like on the wire?"""

from typing import Annotated, Literal

from pydantic import Field

from application.settlement_terms import TIME_ZONE
from domain.catalogue import VehicleClass
from domain.money import MOST_MINOR
from interfaces.http.shapes.money import AmountAsked, CurrencyAsked
from interfaces.http.shapes.prices import Currency, Minor
from interfaces.http.shapes.service_requests import Breakdown, Contact
from interfaces.http.shapes.values import EXAMPLE, Body, Instant, InstantTold, Position, RequestId, Shown, Version
from interfaces.http.shapes.zones import TimeZone

PartnerId = Annotated[
    str, Field(pattern="^ptn_[0-9a-f]{32}$", description="Id of a partner.", examples=[f"ptn_{EXAMPLE}"])
]
Amount = Annotated[int, Field(ge=0, le=MOST_MINOR, description="Minor units.", examples=[5_000_000])]


class PartnerTermsBody(Body):
    """How much a partner may owe, jobs under way included, and how much of one job it bears."""

    credit_limit_minor: Amount
    most_per_job_minor: Amount
    bears_fees: Annotated[bool, Field(description="Also what a job costs that ended early.")] = False
    most_per_month_minor: Annotated[
        Amount | None, Field(description="In a calendar month, jobs under way included; no such limit when left out.")
    ] = None
    time_zone: TimeZone = TIME_ZONE
    effective_from: InstantTold | None = None


class PartnerAccountBody(PartnerTermsBody):
    """A partner that bears jobs."""

    currency: CurrencyAsked


class PartnerPaymentBody(Body):
    """So much of what a partner owes came to our bank."""

    amount_minor: AmountAsked
    currency: CurrencyAsked


class PartnerBody(Body):
    """Which partner bears a job, and how much of it at most; all of the price where nothing is told."""

    partner_id: PartnerId
    most_minor: Annotated[int | None, Field(ge=1, le=MOST_MINOR, examples=[150_000])] = None


class MemberBody(Contact):
    """Whom the partner calls for: from the same number always the same person, for this partner alone."""

    reference: Annotated[
        str, Field(max_length=40, description="The partner's own number for the member.", examples=["POL-2291"])
    ] = ""


class MemberRequestBody(Breakdown):
    """A partner's call for help for one of its members, who is told and met as any customer."""

    vehicle_class: Annotated[VehicleClass, Field(examples=["car"])]
    member: MemberBody


class PartnerAccountShown(Shown):
    """Where a partner's account stands, by the terms of now."""

    id: PartnerId
    version: Version
    currency: Currency
    credit_limit_minor: Minor
    most_per_job_minor: Minor
    bears_fees: bool
    most_per_month_minor: Minor | None
    time_zone: TimeZone
    spent_minor: Annotated[Minor, Field(description="Borne in this calendar month, less what credit notes took back.")]
    owed_minor: Minor
    kept_minor: Annotated[Minor, Field(description="For jobs under way.")]
    available_minor: Minor


class PartnerAccountDone(PartnerAccountShown):
    """The same, after a command."""

    position: Position


class PartnerNamed(Shown):
    """A partner bears so much of a job at most."""

    id: PartnerId
    version: Version
    position: Position
    request_id: RequestId
    most_minor: Minor
    currency: Currency


class BearerShown(Shown):
    """Which partner bears a job; without a currency nothing of its credit was ever kept."""

    request_id: RequestId
    partner_id: PartnerId
    kept_minor: Annotated[Minor, Field(description="Of its credit, as long as the job is not done.")]
    borne_minor: Annotated[Minor, Field(description="Of what the job cost.")]
    currency: Currency | None
    named_at: Instant


class PartnerEntry(Shown):
    """One entry of a partner's account: what it came to owe is positive."""

    position: Position
    why: Annotated[Literal["job", "payment", "credit_note"], Field(examples=["job"])]
    request_id: RequestId | None
    amount_minor: Minor
    balance_minor: Annotated[Minor, Field(description="Owed behind it.")]
    transfer_id: Annotated[str, Field(examples=[f"par:{EXAMPLE}"])]
    booked_at: Instant


class PartnerStatementPage(Shown):
    """One page of a partner's statement, oldest first: opening and all entries make the closing balance."""

    partner_id: PartnerId
    currency: Currency
    since: Annotated[Instant, Field(alias="from", description="From then on.")]
    until: Annotated[Instant, Field(alias="to", description="Before then.")]
    opening_minor: Annotated[Minor, Field(description="Owed before the period.")]
    closing_minor: Annotated[Minor, Field(description="Owed at its end, as the ledger has it.")]
    data: list[PartnerEntry]
    next_cursor: str | None


class PartnerRow(Shown):
    """One partner, and what it owes."""

    id: PartnerId
    version: Version
    currency: Currency
    owed_minor: Minor
    opened_at: Instant


class PartnerPage(Shown):
    """One page of partners, newest first."""

    data: list[PartnerRow]
    next_cursor: str | None
