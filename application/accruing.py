"""How does what a provider earns come to its earnings, within the save that divides the money?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from application.decide_earning_rules import earning_rules_of
from domain.earning import Earning
from domain.provider import Provider
from domain.provider_terms import DocumentKind, DocumentState
from domain.refusal import NotFound
from domain.split import SupplyModel
from domain.withholding import NOTHING_WITHHELD, Taxpayer, Withholding

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Work

NOTHING_SHOWN = Taxpayer(has_pan=False, has_gstin=False)


async def accrue(work: Work, provider_id: UUID, cause_id: UUID, amount_minor: int, currency: str, at: datetime) -> None:
    """Let it be paid one day, or set off; nothing is no news. Once for each cause: who calls sees to that."""
    if amount_minor:
        rules = await earning_rules_of(work, at)
        work.add(Earning.accrue(provider_id, cause_id, amount_minor, currency, rules, at))


async def withholding_of(work: Work, provider_id: UUID | None, supply: SupplyModel, at: datetime) -> Withholding:
    """What is withheld of a provider's job now, by the tenant's rates and the papers that were verified."""
    rates = (await earning_rules_of(work, at)).rates
    if provider_id is None or not rates.withhold_anything:
        return NOTHING_WITHHELD
    return rates.for_a(await _taxpayer(work, provider_id), as_principal=supply is SupplyModel.PRINCIPAL)


async def _taxpayer(work: Work, provider_id: UUID) -> Taxpayer:
    try:
        provider = await work.get(Provider, provider_id)
    except NotFound:
        return NOTHING_SHOWN
    verified = {one.paper.kind for one in provider.documents.values() if one.state is DocumentState.VERIFIED}
    return Taxpayer(DocumentKind.PAN in verified, DocumentKind.GSTIN in verified)
