"""What is said when a price is agreed to, work begins or goes on, and when things do not go as planned?"""

from typing import Annotated

from pydantic import Field, StringConstraints

from domain.catalogue import Service
from domain.request_ending import ContactChannel, WhyUnsuccessful
from domain.request_fare import WhyDisputed
from domain.request_job import EvidenceKind
from domain.request_search import EscalationReason
from domain.request_terms import Hazard, RevokeReason, TriageSource
from domain.request_transit import WhyRefused
from interfaces.http.shapes.prices import Currency, Minor
from interfaces.http.shapes.service_requests import Method
from interfaces.http.shapes.values import Body, Cell, Instant, InstantTold, Location, RequestId, Shown

# A hundred million rupees: far above any job, far below what a column holds.
MOST_MINOR = 10**10


class ConfirmationBody(Body):
    """Which price is agreed to, and how it is paid."""

    quote_version: Annotated[int, Field(ge=1, le=10_000, examples=[1])]
    payment_method: Method


class FareBody(Body):
    """What comes on top of the quoted price, or off, before tax."""

    parts_minor: Annotated[Minor, Field(ge=0, le=MOST_MINOR, examples=[5_000])] = 0
    extras_minor: Annotated[Minor, Field(ge=0, le=MOST_MINOR, description="Tolls and the like.", examples=[0])] = 0
    discount_minor: Annotated[Minor, Field(ge=0, le=MOST_MINOR, examples=[0])] = 0


class FareApprovalBody(Body):
    """Which fare is meant."""

    fare_version: Annotated[int, Field(ge=1, le=10_000, examples=[1])]


class FareDisputeBody(Body):
    """Which fare is meant, and what is wrong with it."""

    fare_version: Annotated[int, Field(ge=1, le=10_000, examples=[1])]
    reason: Annotated[WhyDisputed, Field(examples=["parts"])]


class CashBody(Body):
    """How much was handed over."""

    amount_minor: Annotated[Minor, Field(ge=1, le=MOST_MINOR)]
    currency: Currency


class StartBody(Body):
    """The four digits that the customer told; the desk leaves them out, which is recorded."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$"), Field(examples=["4711"])] | None = None


SHA_256 = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{64}$"),
    Field(description="SHA-256 of the file, in lower-case hexadecimal.", examples=["0f" * 32]),
]


class EvidenceBody(Body):
    """A picture or recording: only its hash is recorded, so that it cannot be exchanged later."""

    kind: Annotated[EvidenceKind, Field(examples=["work_done"])]
    sha256: SHA_256
    location: Location | None = None
    taken_at: Annotated[InstantTold, Field(examples=["2026-11-22T14:00:00Z"])]


class EvidenceShown(Shown):
    """One piece of evidence."""

    kind: EvidenceKind
    sha256: str
    cell: Cell | None
    taken_at: Instant


class EvidenceList(Shown):
    """The evidence of one job, the oldest first; at most the forty newest."""

    request_id: RequestId
    data: list[EvidenceShown]


class DropArrivalBody(Body):
    """Where the truck says it is; only how far off that is gets recorded."""

    location: Location | None = None


class DropRefusalBody(Body):
    """Why nobody takes the vehicle in."""

    why: Annotated[WhyRefused, Field(examples=["closed"])]


class DropBody(Body):
    """Where the vehicle shall go instead."""

    location: Location


class ReleaseBody(Body):
    """Why somebody else shall go; a provider gives a job back with `provider_cancelled`."""

    reason: Annotated[RevokeReason, Field(examples=["provider_cancelled"])]


class NeedBody(Body):
    """What is needed instead: a provider at the vehicle proposes it; while somebody is sought, it is ordered."""

    service: Annotated[Service, Field(examples=["tow"])]
    drop_location: Annotated[Location | None, Field(description="Where the vehicle is to be towed.")] = None
    at_most_minor: Annotated[
        int | None,
        Field(ge=0, le=MOST_MINOR, description="Up to which price that is agreed; what was agreed needs no word."),
    ] = None


class PriceConsentBody(Body):
    """Yes to what the provider proposed, up to a price."""

    at_most_minor: Annotated[
        int | None,
        Field(ge=0, le=MOST_MINOR, description="Up to which price; `price_not_agreed` tells what it costs."),
    ] = None


class ContactAttemptBody(Body):
    """How the customer was tried to be reached."""

    channel: Annotated[ContactChannel, Field(examples=["call"])]


class UnsuccessfulBody(Body):
    """Why it could not be done."""

    reason: Annotated[WhyUnsuccessful, Field(examples=["not_repairable"])]


class MergeBody(Body):
    """Which request goes on."""

    into: RequestId


class EscalationBody(Body):
    """How much more has to be done, and why."""

    level: Annotated[int, Field(ge=1, le=3, examples=[3])]
    reason: Annotated[EscalationReason, Field(examples=["desk"])] = EscalationReason.DESK


class TriageBody(Body):
    """What makes waiting dangerous, who says so, and how sure."""

    source: Annotated[TriageSource, Field(examples=["desk"])]
    hazards: Annotated[tuple[Hazard, ...], Field(max_length=8, examples=[["smoke"]])]
    confidence_percent: Annotated[int, Field(ge=0, le=100, examples=[90])] = 100
