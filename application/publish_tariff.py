"""How do prices come to apply, in a zone or everywhere?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from application.city_told import tariff_told
from application.guards import check_role
from domain.actor import DESK
from domain.money import CurrencyMismatch
from domain.partner_account import PartnerAccount
from domain.refusal import NotFound
from domain.tariff import Tariff
from domain.zone import Zone

if TYPE_CHECKING:
    from datetime import datetime

    from application.engine import Answer, Work
    from domain.actor import Actor
    from domain.tariff_terms import TariffTerms

TARIFFS = UUID("0d3a9e57-6a35-5b77-8f43-6e8f3d7c2b02")
"""The name space of tariffs: a tenant has one per zone, and one for everywhere; so may each partner."""


@dataclass(frozen=True, slots=True)
class PublishTariff:
    """Let prices apply from an instant on; no zone means everywhere, no partner everybody."""

    actor: Actor
    zone_id: UUID | None
    terms: TariffTerms
    effective_from: datetime
    at: datetime
    partner_id: UUID | None = None


def tariff_id_of(tenant: str, zone_id: UUID | None, partner_id: UUID | None = None) -> UUID:
    """The id of a tenant's tariff for a zone, or for everywhere; of a partner's own there."""
    of_partner = f"/{partner_id.hex}" if partner_id else ""
    return uuid5(TARIFFS, f"{tenant}/{zone_id.hex if zone_id else 'everywhere'}{of_partner}")


async def publish_tariff(command: PublishTariff, work: Work) -> Answer:
    """Publish a tariff, the first of its place or a further version; the same terms are no news.

    Raises NotAllowed, NotFound (no such zone or partner), CurrencyMismatch with the partner's account, and what
    ``Tariff.publish`` refuses.
    """
    check_role(work, command.actor, *DESK)
    if command.zone_id is not None:
        await work.get(Zone, command.zone_id)
    if command.partner_id is not None:
        partner = await work.get(PartnerAccount, command.partner_id)
        if partner.currency != command.terms.currency:
            raise CurrencyMismatch(currency=command.terms.currency, wanted=partner.currency)
    tariff_id = tariff_id_of(work.context.tenant, command.zone_id, command.partner_id)
    try:
        tariff = await work.get(Tariff, tariff_id)
    except NotFound:
        tariff = Tariff.open(tariff_id, command.zone_id, command.at, command.partner_id)
        work.add(tariff)
    tariff.publish(command.terms, command.effective_from, command.at)
    return tariff_told(tariff, command.effective_from)
