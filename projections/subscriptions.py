"""Whose membership stands how, and until when? One row for each subscription."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import ValidationError, convert
from msgspec.structs import replace

from domain.plan_terms import PlanTerms
from projections.fact import BadFact, Fact
from projections.read_model import Index, ReadModel, Row


class SubscriptionRow(Row, frozen=True, gc=False):
    """One subscription. ``gateway_order`` is what the customer pays to allow the mandate.

    ``mandate_asked_at`` is since when one is waited for, and ``wanted_plan_id`` what a free membership is to become by
    it. ``charge_minor`` is announced to be taken at ``charged_at`` at the earliest, or on its way.
    """

    tenant: str
    subscription_id: UUID
    customer_id: UUID
    plan_id: UUID
    version: int
    position: int
    state: str
    price_minor: int
    currency: str
    term: int | None
    ends_at: datetime | None
    ends_with_term: bool
    gateway_order: str | None
    mandate_asked_at: datetime | None
    wanted_plan_id: UUID | None
    charge_minor: int | None
    charged_at: datetime | None
    created_at: datetime
    updated_at: datetime


subscriptions = ReadModel(
    "subscriptions",
    SubscriptionRow,
    version=3,
    key=("tenant", "subscription_id"),
    indexes=(
        Index(("tenant", "created_at", "subscription_id")),
        Index(("tenant", "customer_id", "created_at")),
        Index(("gateway_order",), where="gateway_order IS NOT NULL"),
        Index(("mandate_asked_at",), where="mandate_asked_at IS NOT NULL"),
    ),
)


@subscriptions.begins("subscription.started")
def _started(fact: Fact) -> SubscriptionRow:
    terms = _terms(fact)
    return SubscriptionRow(
        tenant=fact.tenant,
        subscription_id=fact.stream_id,
        customer_id=fact.uuid("customer_id"),
        plan_id=fact.uuid("plan_id"),
        version=fact.version,
        position=fact.position,
        state="awaited",
        price_minor=terms.price_minor,
        currency=terms.currency,
        term=None,
        ends_at=None,
        ends_with_term=False,
        gateway_order=None,
        mandate_asked_at=None,
        wanted_plan_id=None,
        charge_minor=None,
        charged_at=None,
        created_at=fact.occurred_at,
        updated_at=fact.occurred_at,
    )


@subscriptions.on("subscription.mandate_asked")
def _mandate_asked(row: SubscriptionRow, fact: Fact) -> SubscriptionRow:
    return replace(_touched(row, fact), mandate_asked_at=fact.occurred_at)


@subscriptions.on("subscription.paid_plan_wanted")
def _paid_plan_wanted(row: SubscriptionRow, fact: Fact) -> SubscriptionRow:
    wanted = {"mandate_asked_at": fact.occurred_at, "wanted_plan_id": fact.uuid("plan_id")}
    return replace(_touched(row, fact), gateway_order=None, **wanted)


@subscriptions.on("subscription.mandate_given")
@subscriptions.on("subscription.mandate_refused")
def _mandate_decided(row: SubscriptionRow, fact: Fact) -> SubscriptionRow:
    return _waits_no_longer(_touched(row, fact))


@subscriptions.on("subscription.mandate_opened")
def _mandate_opened(row: SubscriptionRow, fact: Fact) -> SubscriptionRow:
    return replace(_touched(row, fact), gateway_order=fact.text("gateway_order") or None)


@subscriptions.on("subscription.term_begun")
def _term_begun(row: SubscriptionRow, fact: Fact) -> SubscriptionRow:
    terms = _terms(fact)
    begun = {"state": "active", "term": fact.whole("term"), "ends_at": fact.instant("ends_at")}
    none = {"charge_minor": None, "charged_at": None}
    return replace(_touched(row, fact), **begun, **none, price_minor=terms.price_minor)


@subscriptions.on("subscription.charge_notified")
def _charge_notified(row: SubscriptionRow, fact: Fact) -> SubscriptionRow:
    due = {"charge_minor": fact.whole("amount_minor"), "charged_at": fact.instant("due_at")}
    return replace(_touched(row, fact), **due)


@subscriptions.on("subscription.grace_begun")
def _grace_begun(row: SubscriptionRow, fact: Fact) -> SubscriptionRow:
    return replace(_touched(row, fact), state="grace")


@subscriptions.on("subscription.paused")
def _paused(row: SubscriptionRow, fact: Fact) -> SubscriptionRow:
    return replace(_waits_no_longer(_touched(row, fact)), state="paused", charge_minor=None, charged_at=None)


@subscriptions.on("subscription.resumed")
def _resumed(row: SubscriptionRow, fact: Fact) -> SubscriptionRow:
    return replace(_touched(row, fact), state="active", ends_at=fact.instant("ends_at"))


@subscriptions.on("subscription.change_planned")
@subscriptions.on("subscription.upgraded")
@subscriptions.on("subscription.changed_now")
def _changed(row: SubscriptionRow, fact: Fact) -> SubscriptionRow:
    return replace(_touched(row, fact), plan_id=fact.uuid("plan_id"))


@subscriptions.on("subscription.end_planned")
def _end_planned(row: SubscriptionRow, fact: Fact) -> SubscriptionRow:
    return replace(_touched(row, fact), ends_with_term=True, charge_minor=None, charged_at=None)


@subscriptions.on("subscription.ended")
def _ended(row: SubscriptionRow, fact: Fact) -> SubscriptionRow:
    state = "lapsed" if fact.text("why") == "unpaid" else "cancelled"
    return replace(_waits_no_longer(_touched(row, fact)), state=state, charge_minor=None, charged_at=None)


def _terms(fact: Fact) -> PlanTerms:
    try:
        return convert(fact.data["terms"], PlanTerms)
    except (KeyError, ValidationError) as error:
        raise BadFact(f"{fact.topic} at {fact.position}: these are no terms: {error}") from error


def _moves(row: SubscriptionRow, fact: Fact) -> SubscriptionRow:
    return _touched(row, fact)


for _what in (
    *("mandate_doubted", "charge_requested", "charge_confirmed", "charge_failed", "charge_doubted", "charged"),
    *("charged_in_vain", "fee_learned", "earned", "helped", "clock_set", "upgrade_asked"),
):
    subscriptions.on(f"subscription.{_what}")(_moves)


def _waits_no_longer(row: SubscriptionRow) -> SubscriptionRow:
    return replace(row, mandate_asked_at=None, wanted_plan_id=None)


def _touched(row: SubscriptionRow, fact: Fact) -> SubscriptionRow:
    return replace(row, version=fact.version, position=fact.position, updated_at=fact.occurred_at)
