"""How does a customer give the crew something on top, and what was given?"""

from typing import Final

from starlette.responses import Response

from application.give_tip import GiveTip, TakeTipBack, give_tip, take_tip_back, tip_told
from domain.ids import Prefix
from domain.money import Money
from domain.refusal import NotFound
from domain.service_request import ServiceRequest
from domain.tip import Tip, tip_id
from interfaces.http import answers
from interfaces.http.calls import Asked, Command, MinPosition, QueryCall, id_in_path
from interfaces.http.crew_reach import works_on
from interfaces.http.routing import Routes
from interfaces.http.shapes.tips import TipBody, TipDone, TipShown

TIP: Final = "/v1/service-requests/{request_id}/tip"

routes = Routes("Tips")


@routes.command(
    TIP,
    TipDone,
    problems=(
        *("out_of_turn", "too_late_to_tip", "bad_tip", "already_tipped", "bad_amount", "unknown_currency"),
        *("insufficient_funds", "wallet_frozen", "not_allowed"),
    ),
    status=201,
)
async def tip_the_crew(call: Command, request_id: str, body: TipBody) -> Response:
    """Give the crew of a completed job something on top, from the wallet, within 7 days: all of it is theirs.

    Through the gateway it is an order of purpose `tip` (`POST /v1/payment-orders`).
    """
    money = Money(body.amount_minor, body.currency)
    command = GiveTip(call.actor, id_in_path(Prefix.REQUEST, request_id), money, call.at)
    return answers.done(await call.run(give_tip, command), Prefix.TIP, status=201)


@routes.command(TIP + "/return", TipDone, problems=("nothing_tipped", "tip_disputed", "not_allowed"))
async def give_tip_back(call: Command, request_id: str) -> Response:
    """Put a tip into the customer's wallet again, because the job is taken back too: the provider is owed less."""
    command = TakeTipBack(call.actor, id_in_path(Prefix.REQUEST, request_id), call.at)
    return answers.done(await call.run(take_tip_back, command), Prefix.TIP)


@routes.query(TIP, TipShown, problems=("log_unavailable",))
async def read_tip(call: Asked, request_id: str, min_position: MinPosition = None) -> Response:
    """Read what was given on top of a job: for its customer, its provider, and those who see the books."""
    await call.log_at_or_after(min_position)
    wanted = tip_id(id_in_path(Prefix.REQUEST, request_id))
    tip = await call.stack.aggregates.load(Tip, call.tenant, wanted)
    actor = call.actor
    sees_all = actor.is_desk or actor.sees_books
    if tip is None:
        raise NotFound
    if not (sees_all or actor.is_customer(tip.customer_id) or await _was_theirs(call, tip, min_position)):
        raise NotFound
    told = tip_told(tip)
    shown = {name: f"{Prefix.TIP.value}{told[name]}" if name == "id" else told[name] for name in told}
    ids = {name: answers.shown_id(name, getattr(tip, name)) for name in ("request_id", "customer_id", "provider_id")}
    return answers.thing({**shown, **ids})


async def _was_theirs(call: QueryCall, tip: Tip, min_position: int | None) -> bool:
    """Whether the caller's company, or a driver's own shift, did the job."""
    request = await call.stack.aggregates.load(ServiceRequest, call.tenant, tip.request_id)
    held = None if request is None else request.assignment
    return await works_on(call, tip.provider_id, None if held is None else held.shift_id, min_position)
