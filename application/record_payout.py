"""How is noted what the gateway says of a payout?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from application.guards import check_role
from application.payout_answers import payout_told
from application.request_payout import restore
from domain.actor import Role
from domain.payout import Payout
from domain.payout_account import PayoutAccount
from domain.payout_terms import AnotherPayout, PayoutState

if TYPE_CHECKING:
    from datetime import datetime

    from application.engine import Answer, Work
    from application.gateway_payouts import Payout as Told
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class RecordPayout:
    """The gateway tells of a payout: as an answer, as news, or because we asked."""

    actor: Actor
    payout_id: UUID
    told: Told
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordNoPayout:
    """The gateway did not take our order (``is_certain``), or nobody knows whether it did."""

    actor: Actor
    payout_id: UUID
    operation_id: UUID
    is_certain: bool
    why: str
    at: datetime


async def record_payout(command: RecordPayout, work: Work) -> Answer:
    """Take it to the books; told twice, late or in another order it comes to the same.

    What came back is an earning again, and its account is looked at before anything else goes there.
    Raises NotAllowed, NotFound or AnotherPayout.
    """
    check_role(work, command.actor, Role.SYSTEM)
    payout, told, at = await work.get(Payout, command.payout_id), command.told, command.at
    if (told.amount_minor, told.currency) != (payout.amount_minor, payout.currency):
        raise AnotherPayout(payout_id=str(payout.id))
    came_back = payout.learn(
        PayoutState(told.status),
        told.payout_id,
        at,
        fee_minor=told.fee_minor,
        tax_minor=told.tax_minor,
        bank_reference=told.bank_reference,
    )
    if came_back:
        restore(work, payout, at)
        account = await work.get(PayoutAccount, payout.account_id)
        account.check(uuid5(payout.id, "check_account"), at)
    return payout_told(payout)


async def record_no_payout(command: RecordNoPayout, work: Work) -> Answer:
    """Note a refusal, whose amount is an earning again, or a doubt; of an order that is over it is no news.

    Raises NotAllowed, NotFound or AnotherPayout.
    """
    check_role(work, command.actor, Role.SYSTEM)
    payout = await work.get(Payout, command.payout_id)
    if not command.is_certain:
        payout.doubt(command.operation_id, command.why, command.at)
    elif payout.refuse(command.operation_id, command.why, command.at):
        restore(work, payout, command.at)
    return payout_told(payout)
