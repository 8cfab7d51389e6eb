"""How does a tenant say under which tax registration it bills in a state?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.guards import check_role
from domain.actor import TREASURERS
from domain.tariff_terms import checked_state
from domain.tax_registration import TaxRegistrations, registrations_stream

if TYPE_CHECKING:
    from datetime import datetime

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class EndRegistration:
    """From an instant on, bills of a state carry no number."""

    actor: Actor
    state_code: str
    effective_from: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class DecideRegistration:
    """From an instant on, bills of that number's state carry it."""

    actor: Actor
    gstin: str
    effective_from: datetime
    at: datetime


async def decide_registration(command: DecideRegistration, work: Work) -> Answer:
    """Register; bills that were issued stay as they are. Raises NotAllowed, BadGstin, BadEffect or TooManyVersions."""
    check_role(work, command.actor, *TREASURERS)
    book = await registrations_of(work)
    if book is None:
        book = TaxRegistrations.open(work.context.tenant, command.at)
        work.add(book)
    book.register(command.gstin, command.effective_from, command.at)
    return {"gstin": command.gstin, "version": book.version}


async def end_registration(command: EndRegistration, work: Work) -> Answer:
    """End it; where nothing is registered that is no news.

    Raises NotAllowed, UnknownState, BadEffect or TooManyVersions.
    """
    check_role(work, command.actor, *TREASURERS)
    book = await registrations_of(work)
    if book is None:
        checked_state(command.state_code)
        return {"gstin": None, "version": 0}
    book.end(command.state_code, command.effective_from, command.at)
    return {"gstin": None, "version": book.version}


async def registrations_of(work: Work) -> TaxRegistrations | None:
    """What the tenant has registered, if anything."""
    return await work.find(TaxRegistrations, registrations_stream(work.context.tenant))
