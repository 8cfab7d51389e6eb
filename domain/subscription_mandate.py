"""How is a mandate asked for: when a membership that costs begins, and when a free one is to become such a one?

A chapter of the subscription. One mandate is waited for at a time; one that nobody waits for any more is refused in the
log, so that nobody carries out what was asked for.
"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.aggregate import Aggregate, Chapter, event
from domain.intent import IntentEnd, IntentKind
from domain.ledger.transfer import outside_name
from domain.plan_terms import PlanTerms
from domain.refusal import OutOfTurn
from domain.subscription_terms import OVER, NotSubscribed, PaidPlan, SubscriptionOver, SubscriptionState


class SubscriptionMandate(Chapter):
    """The customer allows it at the gateway, by paying the first term that costs something."""

    plan_id: UUID
    terms: PlanTerms
    state: SubscriptionState
    mandate: str
    mandate_operation: UUID | None
    mandate_is_open: bool
    mandate_order: str
    paid_plan: PaidPlan | None

    class MandateAsked(Aggregate.Event):
        """The gateway is asked for a mandate, which the customer allows there."""

        TOPIC: ClassVar[str] = "subscription.mandate_asked"
        ASKS: ClassVar[IntentKind] = IntentKind.CREATE_SUBSCRIPTION
        operation_id: UUID

    class PaidPlanWanted(Aggregate.Event):
        """A free membership is to go on with this plan, once the gateway's mandate for it is given."""

        TOPIC: ClassVar[str] = "subscription.paid_plan_wanted"
        ASKS: ClassVar[IntentKind] = IntentKind.CREATE_SUBSCRIPTION
        operation_id: UUID
        plan_id: UUID
        plan_version: int
        terms: PlanTerms

    class MandateOpened(Aggregate.Event):
        """The mandate can be allowed: by paying this order of the gateway's, the first term."""

        TOPIC: ClassVar[str] = "subscription.mandate_opened"
        ENDS: ClassVar[IntentEnd] = IntentEnd.CONFIRMED
        operation_id: UUID
        gateway_order: str

    class MandateDoubted(Aggregate.Event):
        """Nobody knows whether the gateway has it: it is asked again."""

        TOPIC: ClassVar[str] = "subscription.mandate_doubted"
        DOUBTS: ClassVar[bool] = True
        operation_id: UUID

    class MandateGiven(Aggregate.Event):
        """The customer has allowed it, and paid the first term with it; ``mandate`` is the gateway's name of it."""

        TOPIC: ClassVar[str] = "subscription.mandate_given"
        operation_id: UUID
        mandate: str

    class MandateRefused(Aggregate.Event):
        """There will be no mandate."""

        TOPIC: ClassVar[str] = "subscription.mandate_refused"
        ENDS: ClassVar[IntentEnd] = IntentEnd.REJECTED
        operation_id: UUID

    @property
    def awaits_mandate(self) -> bool:
        """Whether the customer is to allow one."""
        return self.state is SubscriptionState.AWAITED or self.paid_plan is not None

    @property
    def mandate_terms(self) -> PlanTerms:
        """The terms whose first payment allows it."""
        return self.terms if self.paid_plan is None else self.paid_plan.terms

    def needs_mandate_for(self, terms: PlanTerms) -> bool:
        """Whether these terms cost something, and nothing is allowed to be taken yet."""
        return not terms.is_free and not self.mandate

    def ask_mandate(self, operation_id: UUID, at: datetime) -> None:
        """Ask the gateway for a mandate; raises OutOfTurn unless one is awaited."""
        if self.state is not SubscriptionState.AWAITED:
            raise OutOfTurn(state=self.state.value, act="ask_mandate")
        self.trigger_event(self.MandateAsked, timestamp=at, operation_id=operation_id)

    def want_paid_plan(self, plan: tuple[UUID, int, PlanTerms], operation_id: UUID, at: datetime) -> None:
        """Let a free membership go on with a plan that costs something, from when its first term is paid.

        Until then it stays what it is. The same plan again is no news; another one takes its place. Raises
        SubscriptionOver, NotSubscribed unless it is active, or OutOfTurn for another currency.
        """
        plan_id, plan_version, terms = plan
        if self.state in OVER:
            raise SubscriptionOver
        if self.state is not SubscriptionState.ACTIVE:
            raise NotSubscribed(state=self.state.value)
        if terms.currency != self.terms.currency:
            raise OutOfTurn("a membership keeps its currency", act="upgrade")
        wanted = self.paid_plan
        if wanted is None or (wanted.plan_id, wanted.terms) != (plan_id, terms):
            self.drop_mandate(at)
            told = {"plan_id": plan_id, "plan_version": plan_version, "terms": terms}
            self.trigger_event(self.PaidPlanWanted, timestamp=at, operation_id=operation_id, **told)

    def open_mandate(self, operation_id: UUID, gateway_order: str, at: datetime) -> None:
        """The customer can allow it by paying that order; twice, and of one that nobody waits for, is no news."""
        if self.awaits_mandate and operation_id == self.mandate_operation and not self.mandate_is_open:
            told = {"operation_id": operation_id, "gateway_order": outside_name(gateway_order) if gateway_order else ""}
            self.trigger_event(self.MandateOpened, timestamp=at, **told)

    def doubt_mandate(self, operation_id: UUID, at: datetime) -> None:
        """Nobody knows whether it can be allowed yet; raises OutOfTurn once that is known, or nobody waits for it."""
        if not self.awaits_mandate or operation_id != self.mandate_operation or self.mandate_is_open:
            raise OutOfTurn(state=self.state.value, act="doubt_mandate")
        self.trigger_event(self.MandateDoubted, timestamp=at, operation_id=operation_id)

    def drop_mandate(self, at: datetime) -> None:
        """Nobody waits for it any more: what was asked for and is not open is not carried out."""
        operation_id = self.mandate_operation
        if self.awaits_mandate and operation_id is not None and not self.mandate_is_open:
            self.trigger_event(self.MandateRefused, timestamp=at, operation_id=operation_id)

    @event(MandateAsked)
    def _on_mandate_asked(self, operation_id: UUID) -> None:
        self.mandate_operation = operation_id

    @event(PaidPlanWanted)
    def _on_paid_plan_wanted(self, operation_id: UUID, plan_id: UUID, plan_version: int, terms: PlanTerms) -> None:
        self.paid_plan = PaidPlan(operation_id, plan_id, plan_version, terms)
        self.mandate_operation, self.mandate_is_open, self.mandate_order = operation_id, False, ""

    @event(MandateOpened)
    def _on_mandate_opened(self, gateway_order: str) -> None:
        self.mandate_is_open, self.mandate_order = True, gateway_order

    @event(MandateGiven)
    def _on_mandate_given(self, mandate: str) -> None:
        self.mandate, self.paid_plan = mandate, None

    @event(MandateRefused)
    def _on_mandate_refused(self) -> None:
        self.mandate_operation, self.paid_plan = None, None
