"""What do payments that banks ask back, and refunds, look like on the wire?"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.dispute_terms import Answered, DisputePhase, DisputeState, Shows
from domain.refund_terms import RefundState, WhyRefunded
from interfaces.http.shapes.memberships import SubscriptionId
from interfaces.http.shapes.money import AmountAsked, CurrencyAsked
from interfaces.http.shapes.payment_orders import OrderId
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

DisputeId = Annotated[
    str, Field(pattern="^dsp_[0-9a-f]{32}$", description="Id of a dispute.", examples=[f"dsp_{EXAMPLE}"])
]
RefundId = Annotated[
    str, Field(pattern="^rfd_[0-9a-f]{32}$", description="Id of a refund.", examples=[f"rfd_{EXAMPLE}"])
]
RecoveryId = Annotated[
    str, Field(pattern="^rec_[0-9a-f]{32}$", description="Id of a recovery.", examples=[f"rec_{EXAMPLE}"])
]
GatewayDispute = Annotated[str, Field(description="The gateway's own id.", examples=["disp_AHfqOvkldwsbqt"])]
PaymentOfGateway = Annotated[str, Field(description="The gateway's own id.", examples=["pay_IH4NVgf4Dreq1l"])]


class EvidenceForm(StrEnum):
    """As what a pack of evidence is taken along."""

    PDF = "pdf"
    JSON = "json"


class DisputeDone(Shown):
    """Where a dispute stands after a command."""

    id: DisputeId
    version: Version
    position: Position
    state: DisputeState
    answered: Answered
    amount_minor: Minor
    currency: Currency


class DisputeShown(Shown):
    """One payment that a bank asks back. ``evidence`` is what the pack shows, empty before there is one."""

    id: DisputeId
    version: Version
    state: DisputeState
    answered: Answered
    needs_person: Annotated[bool, Field(description="It is not answered by itself.")]
    order_id: OrderId | None
    subscription_id: SubscriptionId | None
    customer_id: UserId
    request_id: RequestId | None
    gateway_payment: PaymentOfGateway
    gateway_dispute: GatewayDispute
    phase: DisputePhase
    reason_code: Annotated[str, Field(examples=["goods_or_services_not_received"])]
    amount_minor: Minor
    held_minor: Annotated[Minor, Field(description="What the gateway holds back meanwhile.")]
    lost_minor: Annotated[Minor, Field(description="What is gone.")]
    passed_on_minor: Annotated[Minor, Field(description="What of that the provider bears whose fault it was.")]
    fee_minor: Annotated[Minor, Field(description="What the gateway kept for itself, as settlements tell.")]
    currency: Currency
    evidence: list[Shows]
    is_strong: Annotated[bool, Field(description="Whether the pack is sent by itself when the time comes.")]
    refused_for: Annotated[str, Field(description="Why the gateway did not take an answer; empty.", examples=[""])]
    respond_by: Instant
    drafted_at: Instant | None
    created_at: Instant
    updated_at: Instant
    can: Annotated[list[str], Field(description="Which acts are open.", examples=[["contest", "accept"]])]


class DisputePage(Shown):
    """A page of disputes."""

    data: list[DisputeShown]
    next_cursor: str | None


class RecoveryBody(Body):
    """How much of what was lost the provider bears."""

    amount_minor: AmountAsked
    currency: CurrencyAsked


class RecoveryDone(Shown):
    """What a provider bears of a lost dispute, after a command."""

    id: DisputeId
    version: Version
    position: Position
    recovery_id: RecoveryId
    provider_id: ProviderId
    amount_minor: Minor
    from_reserve_minor: Annotated[Minor, Field(description="What was kept back bore so much.")]
    owed_minor: Annotated[Minor, Field(description="So much is earned less: no payout was less by it yet.")]
    currency: Currency


class RecoveryShown(Shown):
    """What a provider bears of a lost dispute, and what is still owed of that."""

    id: RecoveryId
    dispute_id: DisputeId
    provider_id: ProviderId
    request_id: RequestId
    amount_minor: Minor
    from_reserve_minor: Annotated[Minor, Field(description="What was kept back bore so much.")]
    from_earnings_minor: Annotated[Minor, Field(description="Payouts were so much less.")]
    owed_minor: Annotated[Minor, Field(description="No payout was less by it yet.")]
    is_given_back: Annotated[bool, Field(description="The dispute was won after all: the provider has it again.")]
    currency: Currency
    decided_at: Instant
    updated_at: Instant


class RecoveryPage(Shown):
    """A page of what providers bear."""

    data: list[RecoveryShown]
    next_cursor: str | None


class RefundShown(Shown):
    """One refund: how far the money is on its way back."""

    id: RefundId
    version: Version
    state: RefundState
    why: WhyRefunded
    order_id: OrderId
    customer_id: UserId
    gateway_payment: PaymentOfGateway
    gateway_refund: Annotated[str | None, Field(examples=["rfnd_FP8QHiV938haTz"])]
    amount_minor: Minor
    currency: Currency
    created_at: Instant
    updated_at: Instant


class RefundPage(Shown):
    """A page of refunds."""

    data: list[RefundShown]
    next_cursor: str | None
