"""How is noted what the bank says of a provider's account?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from application.guards import check_role
from application.payout_answers import account_told
from domain.actor import Role
from domain.payout_account import PayoutAccount

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.engine import Answer, Work
    from domain.actor import Actor


@dataclass(frozen=True, slots=True)
class RecordAccountCheck:
    """What became of a check. Either the gateway asks (``check_id``), or the bank has said yes or no (``is_there``).

    Neither means that nobody knows; ``why`` says what went wrong, in our words.
    """

    actor: Actor
    account_id: UUID
    operation_id: UUID
    at: datetime
    gateway_account: str = ""
    check_id: str = ""
    is_there: bool | None = None
    why: str = ""


async def record_account_check(command: RecordAccountCheck, work: Work) -> Answer:
    """Note it, once; of a check that is over it is no news. Raises NotAllowed or NotFound."""
    check_role(work, command.actor, Role.SYSTEM)
    account = await work.get(PayoutAccount, command.account_id)
    if account.operation_id != command.operation_id:
        return account_told(account)
    at, operation_id = command.at, command.operation_id
    if command.check_id:
        account.begin_check(operation_id, command.gateway_account, command.check_id, at)
    if command.is_there:
        account.verify(operation_id, command.gateway_account, at)
    elif command.is_there is not None:
        account.refuse(operation_id, command.why, at)
    elif not command.check_id:
        account.doubt(operation_id, command.why, at)
    return account_told(account)
