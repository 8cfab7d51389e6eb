"""How does a tenant decide what a partner may owe, and how is it noted that a partner paid?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.guards import check_role, check_version
from domain.actor import MONEY_DESK, TREASURERS
from domain.partner_account import PartnerAccount

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.money import Money
    from domain.partner_terms import PartnerTerms


@dataclass(frozen=True, slots=True)
class OpenPartnerAccount:
    """From an instant on, a partner may bear jobs by these terms."""

    actor: Actor
    partner_id: UUID
    currency: str
    terms: PartnerTerms
    effective_from: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class DecidePartnerTerms:
    """From an instant on, other terms apply."""

    actor: Actor
    partner_id: UUID
    terms: PartnerTerms
    effective_from: datetime
    at: datetime
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class RecordPartnerPayment:
    """So much of what a partner owes came to our bank."""

    actor: Actor
    partner_id: UUID
    receipt_id: UUID
    amount: Money
    at: datetime
    expected_version: int | None = None


async def open_partner_account(command: OpenPartnerAccount, work: Work) -> Answer:
    """Open it with its first terms. Raises NotAllowed, UnknownCurrency, BadPartnerTerms or BadEffect."""
    check_role(work, command.actor, *TREASURERS)
    partner = PartnerAccount.open(command.partner_id, command.currency, command.at)
    partner.decide(command.terms, command.effective_from, command.at)
    work.add(partner)
    return partner_told(partner, command.at)


async def decide_partner_terms(command: DecidePartnerTerms, work: Work) -> Answer:
    """Decide; what is kept for jobs stays kept.

    Raises NotAllowed, NotFound, StaleVersion, BadPartnerTerms, BadEffect or TooManyVersions.
    """
    check_role(work, command.actor, *TREASURERS)
    partner = await work.get(PartnerAccount, command.partner_id)
    check_version(partner, command.expected_version)
    partner.decide(command.terms, command.effective_from, command.at)
    return partner_told(partner, command.at)


async def record_partner_payment(command: RecordPartnerPayment, work: Work) -> Answer:
    """Book it; the same receipt again is no news.

    Raises NotAllowed, NotFound, StaleVersion, BadAmount or MoreThanOwed.
    """
    check_role(work, command.actor, *MONEY_DESK)
    partner = await work.get(PartnerAccount, command.partner_id)
    check_version(partner, command.expected_version)
    partner.pay(command.receipt_id, command.amount.amount_minor, command.amount.currency, command.at)
    return partner_told(partner, command.at)


def partner_told(partner: PartnerAccount, at: datetime) -> Answer:
    """Where a partner's account stands by the terms of an instant."""
    terms = partner.terms_at(at)
    return {
        "id": partner.id.hex,
        "version": partner.version,
        "currency": partner.currency,
        "credit_limit_minor": terms.credit_limit_minor,
        "most_per_job_minor": terms.most_per_job_minor,
        "bears_fees": terms.bears_fees,
        "most_per_month_minor": terms.most_per_month_minor,
        "time_zone": terms.time_zone,
        "spent_minor": partner.spent_minor(at),
        "owed_minor": partner.owed_minor,
        "kept_minor": partner.kept_minor,
        "available_minor": max(0, partner.available_minor(at)),
    }
