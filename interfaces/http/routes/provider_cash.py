"""What can be ordered and asked about the cash that providers collect?"""

from typing import Annotated
from uuid import UUID, uuid5

from fastapi import Query
from starlette.responses import Response

from application.cash_in_hand import HandInCash, hand_in_cash
from domain.actor import Role
from domain.cash_in_hand import CashInHand, cash_in_hand_id
from domain.earning_rules import EarningRulebook, EarningRules, rules_stream
from domain.ids import Prefix, show
from domain.money import Money
from domain.provider import Provider
from domain.refusal import NotFound
from interfaces.http import answers
from interfaces.http.calls import Asked, Command, MinPosition, id_in_path
from interfaces.http.routing import Routes
from interfaces.http.shapes.money import CurrencyAsked
from interfaces.http.shapes.payouts import CashHandedBody, CashHandedDone, CashInHandShown

ONE = "/v1/providers/{provider_id}"

routes = Routes("Payouts")


@routes.query(ONE + "/cash-in-hand", CashInHandShown, problems=("log_unavailable",))
async def read_cash(
    call: Asked,
    provider_id: str,
    currency: Annotated[CurrencyAsked, Query(description="ISO 4217.")] = "INR",
    min_position: MinPosition = None,
) -> Response:
    """Read what a provider owes of the cash that it collected, and whether it is offered jobs in cash."""
    wanted = _seen(call, provider_id)
    await call.log_at_or_after(min_position)
    load = call.stack.aggregates.load
    if await load(Provider, call.tenant, wanted) is None:
        raise NotFound
    cash = await load(CashInHand, call.tenant, cash_in_hand_id(wanted, currency))
    book = await load(EarningRulebook, call.tenant, rules_stream(call.tenant))
    limit = (EarningRules() if book is None else book.at(call.at)).cash_limit_minor
    owed = 0 if cash is None else cash.owed_minor
    left = None if limit is None else max(0, limit - owed)
    told = {"owed_minor": owed, "currency": currency, "limit_minor": limit, "left_minor": left}
    stopped = cash is not None and limit is not None and owed >= limit
    return answers.plain({"provider_id": show(Prefix.PROVIDER, wanted), **told, "is_stopped": stopped})


@routes.command(
    ONE + "/cash-payments",
    CashHandedDone,
    problems=("more_than_in_hand", "bad_amount", "unknown_currency"),
)
async def take_cash(call: Command, provider_id: str, body: CashHandedBody) -> Response:
    """Note that a provider paid in, at the desk, so much of what it owes of its cash."""
    command = HandInCash(
        call.actor,
        id_in_path(Prefix.PROVIDER, provider_id),
        uuid5(call.context.command_id, "cash-payment"),
        Money(body.amount_minor, body.currency),
        call.at,
    )
    return answers.done(await call.run(hand_in_cash, command), Prefix.CASH_IN_HAND)


def _seen(call: Asked, text: str) -> UUID:
    """The provider's id, for itself, the desk and auditors; raises NotFound for everybody else."""
    wanted = id_in_path(Prefix.PROVIDER, text)
    if call.actor.role is Role.PROVIDER and not call.actor.is_provider(wanted):
        raise NotFound
    return wanted
