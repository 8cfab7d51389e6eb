"""What can be ordered and asked about lost disputes that providers bear?"""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from application.recover_loss import RecoverLoss, recover_loss
from domain.ids import Prefix, show
from domain.money import Money
from infra.queries.view import Filters
from interfaces.http import answers, paging
from interfaces.http.calls import Asked, Command, Paged, id_in_path
from interfaces.http.routing import Routes
from interfaces.http.shapes.disputes import RecoveryBody, RecoveryDone, RecoveryPage
from projections.recoveries import RecoveryRow

RECOVERIES: Final = "/v1/recoveries"
AS_FOLDED: Final = (
    *("amount_minor", "from_reserve_minor", "from_earnings_minor", "owed_minor", "is_given_back", "currency"),
    *("decided_at", "updated_at"),
)

OwedAsked = Annotated[bool | None, Query(description="Only those of which something is still owed, or all others.")]

routes = Routes("Disputes")


@routes.command(
    "/v1/disputes/{dispute_id}/recovery",
    RecoveryDone,
    problems=(
        *("nothing_lost", "more_than_lost", "already_passed_on", "nobody_at_fault"),
        *("bad_amount", "unknown_currency", "currency_mismatch", "not_allowed"),
    ),
)
async def pass_loss_on(call: Command, dispute_id: str, body: RecoveryBody) -> Response:
    """Let the provider bear a lost dispute that is its fault, or a part of it.

    What is kept back of its payouts bears it first, then what it earns: its next payouts are less, and never less than
    nothing. When the bank decides otherwise after all, it gets everything back.
    """
    money = Money(body.amount_minor, body.currency)
    command = RecoverLoss(call.actor, id_in_path(Prefix.DISPUTE, dispute_id), money, call.at, call.expected_version)
    return answers.done(await call.run(recover_loss, command), Prefix.DISPUTE)


@routes.query(RECOVERIES, RecoveryPage, problems=("invalid_cursor",))
async def list_recoveries(call: Asked, is_owed: OwedAsked = None, *, page: Paged) -> Response:
    """List what providers bear of lost disputes, newest first, and what they still owe of it."""
    asked: Filters = {} if is_owed is None else {"is_owed": is_owed}
    return await paging.answer(
        call, call.stack.money.recoveries, RECOVERIES, dict(asked), dict(asked), page, key_of=_decided, show=_recovery
    )


def _decided(row: RecoveryRow) -> tuple[datetime, UUID]:
    return row.decided_at, row.recovery_id


def _recovery(row: RecoveryRow) -> dict[str, object]:
    return {
        "id": show(Prefix.RECOVERY, row.recovery_id),
        "dispute_id": show(Prefix.DISPUTE, row.dispute_id),
        "provider_id": show(Prefix.PROVIDER, row.provider_id),
        "request_id": show(Prefix.REQUEST, row.request_id),
        **{name: getattr(row, name) for name in AS_FOLDED},
    }
