"""How does a payment fare that a customer wants back by the bank? Whatever is told, in any order, comes to one end."""

from dataclasses import field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Created, event
from domain.dispute_answer import DisputeAnswers
from domain.dispute_bearing import DisputeBearing
from domain.dispute_money import DisputeMoney
from domain.dispute_terms import (
    ASKED,
    ENDED,
    FIRST,
    Answered,
    Borne,
    Claim,
    DisputePhase,
    DisputeState,
    Draft,
    PaidBy,
    Told,
    dispute_id,
)
from domain.money import checked_amount, checked_currency
from domain.payout_terms import code_of, gateway_id


class Dispute(DisputeAnswers, DisputeMoney, DisputeBearing, Aggregate):
    """All of one captured payment, or a part of it, that its customer's bank asks back.

    The gateway's newest word counts by when it was said, not by when we hear it; an end counts before everything else.
    """

    TOPIC = "dispute"

    order_id: UUID | None
    subscription_id: UUID | None
    customer_id: UUID
    request_id: UUID | None
    gateway_payment: str
    gateway_dispute: str
    amount_minor: int
    currency: str
    phase: DisputePhase
    reason_code: str
    respond_by: datetime
    status: DisputeState = field(default=DisputeState.OPEN, init=False)
    told_at: datetime = field(default=FIRST, init=False)
    held_minor: int = field(default=0, init=False)
    lost_minor: int = field(default=0, init=False)
    holds: int = field(default=0, init=False)
    rounds: int = field(default=0, init=False)
    fees: frozenset[str] = field(default=frozenset(), init=False)
    draft: Draft | None = field(default=None, init=False)
    answered: Answered = field(default=Answered.NOTHING, init=False)
    operation_id: UUID | None = field(default=None, init=False)
    asks: int = field(default=0, init=False)
    refused_for: str = field(default="", init=False)
    reminded_h: int | None = field(default=None, init=False)
    handed_over: bool = field(default=False, init=False)
    lapsed: bool = field(default=False, init=False)
    on_hold: frozenset[UUID] = field(default=frozenset(), init=False)
    borne: Borne | None = field(default=None, init=False)
    recoveries: int = field(default=0, init=False)

    class Opened(Created):
        """A bank asks a payment back, which came by an order or for a membership.

        ``request_id`` is the job that it paid for, if it was one.
        """

        TOPIC: ClassVar[str] = "dispute.opened"
        class_version: ClassVar[int] = 2
        order_id: UUID | None
        subscription_id: UUID | None
        customer_id: UUID
        request_id: UUID | None
        gateway_payment: str
        gateway_dispute: str
        amount_minor: int
        currency: str
        phase: DisputePhase
        reason_code: str
        respond_by: datetime

        @staticmethod
        def upcast_v1_v2(state: dict[str, object]) -> None:
            """Only payments of orders were followed."""
            state["subscription_id"] = None

    class MovedOn(Aggregate.Event):
        """The gateway says how far it is, and said so at ``told_at``."""

        TOPIC: ClassVar[str] = "dispute.moved_on"
        status: DisputeState
        told_at: datetime
        respond_by: datetime

    @classmethod
    def open(
        cls, claim: Claim, paid_by: PaidBy, *, customer_id: UUID, request_id: UUID | None, at: datetime
    ) -> "Dispute":
        """Begin to watch it; raises BadAmount, UnknownCurrency, or ValueError for what no gateway calls its things."""
        return cls._create(
            cls.Opened,
            id=dispute_id(paid_by.stream_id, claim.gateway_dispute),
            timestamp=at,
            order_id=paid_by.order_id,
            subscription_id=paid_by.subscription_id,
            customer_id=customer_id,
            request_id=request_id,
            gateway_payment=gateway_id(claim.gateway_payment),
            gateway_dispute=gateway_id(claim.gateway_dispute),
            amount_minor=checked_amount(claim.amount_minor),
            currency=checked_currency(claim.currency),
            phase=claim.phase,
            reason_code=code_of(claim.reason_code),
            respond_by=claim.respond_by,
        )

    @property
    def paid_by(self) -> PaidBy:
        """By what the payment came."""
        return PaidBy(self.order_id, self.subscription_id)

    @property
    def is_over(self) -> bool:
        """Whether the bank has decided."""
        return self.status in ENDED

    def learn(self, told: Told, at: datetime) -> bool:
        """Take what the gateway tells; whether it is how things stand now. Twice, late or in any order: the same."""
        is_news = told.key > self.known.key
        if is_news:
            news = {"status": told.status, "told_at": told.told_at, "respond_by": told.respond_by}
            self.trigger_event(self.MovedOn, timestamp=at, **news)
        if is_news and self.is_over:
            self._settle_at(self._loss(told), at)
        elif not self.is_over and told.status not in ENDED:
            self._hold(min(told.deducted_minor, self.amount_minor), at)
        return is_news

    @property
    def known(self) -> Told:
        """The gateway's newest word, as far as it says how things stand."""
        return Told(self.status, self.told_at, 0, self.respond_by)

    @event(MovedOn)
    def _on_moved_on(self, status: DisputeState, told_at: datetime, respond_by: datetime) -> None:
        self.status = status
        self.told_at = told_at
        self.respond_by = respond_by
        if status is DisputeState.ACTION_REQUIRED:
            # Our evidence did not do: another answer is wanted, and somebody has to think of it anew.
            self.reminded_h, self.handed_over, self.lapsed = None, False, False
            if self.answered not in ASKED:
                self.answered = Answered.NOTHING
