"""What did a provider earn job by job, what did it keep in cash, and what is it owed by that?"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from domain.payment_terms import payment_id
from projections.fact import Fact
from projections.read_model import Index, Key, ReadModel, Row


class EarningRow(Row, frozen=True, gc=False):
    """One job, fee or compensation (outcome ``displaced``, whose ``payment_id`` is the request: nobody paid us).

    What a lost dispute takes by the provider's fault is less than nothing (``loss``; ``loss_from_reserve`` is taken out
    of what is kept back, so that no less is owed), and more when it is won after all (``loss_returned``,
    ``loss_returned_to_reserve``).

    What a credit note took back of a job (outcome ``credited``) is less than nothing, and so is a tip that went back
    (``tip_returned``); a ``tip`` is all the provider's.

    The provider is owed ``net_minor``: what it earned without the cash that it kept. What is withheld for the state
    (``tcs_minor``, ``tds_minor``) is no part of ``earned_minor``.

    Of ``gross_minor``, which the customer pays, ``commission_minor`` and the tax on it are the platform's.
    """

    tenant: str
    position: int
    provider_id: UUID
    payment_id: UUID
    request_id: UUID
    outcome: str
    gross_minor: int
    commission_minor: int
    commission_tax_minor: int
    tcs_minor: int
    tds_minor: int
    earned_minor: int
    cash_kept_minor: int
    net_minor: int
    currency: str
    settled_at: datetime


provider_statement = ReadModel(
    "provider_statement",
    EarningRow,
    version=4,
    key=("tenant", "position"),
    indexes=(Index(("tenant", "provider_id", "position")),),
)


def _position(fact: Fact) -> Key | None:
    return None if fact.maybe_uuid("provider_id") is None else (fact.tenant, fact.position)


@provider_statement.begins("payment.settled", _position)
def _settled(fact: Fact) -> EarningRow:
    earned, kept = fact.whole("payable_minor"), fact.whole("cash_kept_minor")
    return EarningRow(
        tenant=fact.tenant,
        position=fact.position,
        provider_id=fact.uuid("provider_id"),
        payment_id=fact.stream_id,
        request_id=fact.uuid("request_id"),
        outcome=fact.text("outcome"),
        gross_minor=fact.whole("amount_minor"),
        commission_minor=fact.whole("commission_minor"),
        commission_tax_minor=fact.whole("commission_tax_minor"),
        tcs_minor=fact.whole("tcs_minor"),
        tds_minor=fact.whole("tds_minor"),
        earned_minor=earned,
        cash_kept_minor=kept,
        net_minor=earned - kept,
        currency=fact.text("currency"),
        settled_at=fact.occurred_at,
    )


@provider_statement.begins("payment.credited_back", _position)
def _credited_back(fact: Fact) -> EarningRow:
    request_id, amount = fact.uuid("request_id"), -fact.whole("amount_minor")
    return _by_itself(fact, request_id, "credited", amount, -fact.whole("payable_minor"))


@provider_statement.begins("service_request.provider_compensated", _position)
def _compensated(fact: Fact) -> EarningRow:
    amount = fact.whole("amount_minor")
    return _by_itself(fact, fact.stream_id, "displaced", amount, amount)


@provider_statement.begins("tip.given", _position)
def _tipped(fact: Fact) -> EarningRow:
    return _of_tip(fact, "tip", fact.whole("amount_minor"))


@provider_statement.begins("tip.returned", _position)
def _tip_returned(fact: Fact) -> EarningRow:
    return _of_tip(fact, "tip_returned", -fact.whole("amount_minor"))


@provider_statement.begins("reserve.fell_short", _position)
def _lost(fact: Fact) -> EarningRow:
    return _of_loss(fact, "loss", -fact.whole("amount_minor"))


@provider_statement.begins("reserve.forgiven", _position)
def _loss_returned(fact: Fact) -> EarningRow:
    return _of_loss(fact, "loss_returned", fact.whole("amount_minor"))


@provider_statement.begins("reserve.drawn", _position)
def _lost_from_reserve(fact: Fact) -> EarningRow:
    return replace(_of_loss(fact, "loss_from_reserve", -fact.whole("amount_minor")), net_minor=0)


@provider_statement.begins("reserve.put_back", _position)
def _loss_returned_to_reserve(fact: Fact) -> EarningRow:
    return replace(_of_loss(fact, "loss_returned_to_reserve", fact.whole("amount_minor")), net_minor=0)


def _of_loss(fact: Fact, outcome: str, amount_minor: int) -> EarningRow:
    request_id = fact.uuid("request_id")
    row = _by_itself(fact, request_id, outcome, amount_minor, amount_minor)
    return replace(row, payment_id=payment_id(request_id))


def _of_tip(fact: Fact, outcome: str, amount_minor: int) -> EarningRow:
    row = _by_itself(fact, fact.uuid("request_id"), outcome, amount_minor, amount_minor)
    return replace(row, payment_id=fact.uuid("payment_id"))


def _by_itself(fact: Fact, request_id: UUID, outcome: str, gross_minor: int, earned_minor: int) -> EarningRow:
    """What is no job that was divided: nothing is kept or withheld of it."""
    return EarningRow(
        tenant=fact.tenant,
        position=fact.position,
        provider_id=fact.uuid("provider_id"),
        payment_id=fact.stream_id,
        request_id=request_id,
        outcome=outcome,
        gross_minor=gross_minor,
        commission_minor=0,
        commission_tax_minor=0,
        tcs_minor=0,
        tds_minor=0,
        earned_minor=earned_minor,
        cash_kept_minor=0,
        net_minor=earned_minor,
        currency=fact.text("currency"),
        settled_at=fact.occurred_at,
    )
