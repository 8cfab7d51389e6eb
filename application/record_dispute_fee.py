"""How is noted what the gateway took for a dispute itself, which only its settlement tells?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from application.guards import check_role
from application.order_answers import dispute_told
from domain.actor import Role
from domain.dispute import Dispute

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from application.gateway import SettlementRow
    from domain.actor import Actor

ADJUSTMENT: Final = "adjustment"
"""What the gateway calls the rows of disputes."""


@dataclass(frozen=True, slots=True)
class RecordDisputeFee:
    """A settlement has a row of a dispute that is more, or less, by a fee; ``fee_minor`` includes ``tax_minor``."""

    actor: Actor
    dispute_id: UUID
    gateway_settlement: str
    is_given_back: bool
    fee_minor: int
    tax_minor: int
    at: datetime


async def record_dispute_fee(command: RecordDisputeFee, work: Work) -> Answer:
    """Book it as a cost, once for each row. Raises NotAllowed, NotFound or BadAmount."""
    check_role(work, command.actor, Role.SYSTEM)
    dispute = await work.get(Dispute, command.dispute_id)
    fee = command.fee_minor, command.tax_minor
    dispute.learn_fee(command.gateway_settlement, *fee, command.at, is_given_back=command.is_given_back)
    return dispute_told(dispute)


def fee_within(row: SettlementRow) -> int:
    """The fee, with its tax, by which a dispute's row is more than what was taken, or less than what came back.

    A fee that a row names and does not contain is billed elsewhere: the settlement is no less by it.
    """
    if row.kind != ADJUSTMENT or row.fee_minor <= 0:
        return 0
    without = -row.amount_minor if row.debit_minor else row.amount_minor
    return row.fee_minor if row.credit_minor - row.debit_minor == without - row.fee_minor else 0
