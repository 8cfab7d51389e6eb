"""What can be ordered of, and asked about, a call for help?"""

from functools import partial
from typing import Annotated
from uuid import UUID, uuid5

from fastapi import Query
from starlette.responses import Response

from application.cancel_request import CancelRequest, cancel_request
from application.complete_service import CompleteService, complete_service
from application.confirm_arrival import ConfirmArrival, confirm_arrival
from application.give_up_search import GiveUpSearch, give_up_search
from application.personal import PersonalKind, record_id_for
from application.report_en_route import ReportEnRoute, report_en_route
from application.request_service import RequestService, request_service
from domain.actor import Role
from domain.catalogue import Service, check_fit
from domain.geography import cell_of
from domain.ids import Prefix, new_id, parse
from domain.refusal import NotAllowed
from domain.request_terms import RequestState
from interfaces.http import answers, paging
from interfaces.http.calls import Asked, Command, CommandCall, Creation, MinPosition, Paged, id_in_path
from interfaces.http.named_vehicle import class_of, with_vehicle
from interfaces.http.partner_reach import own_requests
from interfaces.http.request_views import shown, visible
from interfaces.http.routing import REQUIRED, Routes
from interfaces.http.shapes.service_requests import (
    ArrivalBody,
    CancellationBody,
    ServiceRequestBody,
    ServiceRequestDone,
    ServiceRequestPage,
    ServiceRequestShown,
)
from interfaces.http.told_call import call_of, told_of

PATH = "/v1/service-requests"
ONE = PATH + "/{request_id}"
# Why nobody can be sent at all, whoever calls and whoever pays.
NO_HELP = (
    *("store_unavailable", "not_allowed", "not_found", "bad_id", "bad_input"),
    *("service_does_not_fit", "bad_place", "outside_served_area", "bad_schedule"),
)

routes = Routes("Service requests")


@routes.command(
    PATH,
    ServiceRequestDone,
    status=201,
    problems=(*NO_HELP, "insufficient_funds", "wallet_frozen", "too_many_holds"),
)
async def request_help(call: Creation, body: ServiceRequestBody) -> Response:
    """Ask for help.

    Where nothing is charged, and for an SOS, the search for a provider starts at once; otherwise when the price is
    confirmed, here or later. A customer asks for themselves; the desk for any customer.
    """
    customer_id = _customer(call, body)
    body = await with_vehicle(call, customer_id, body)
    check_fit(body.service, body.fuel)
    record_id = record_id_for(call.context.command_id, PersonalKind.CALL)
    command = RequestService(
        actor=call.actor,
        request_id=new_id(call.at),
        call=call_of(customer_id, record_id, class_of(body), body),
        at=call.at,
        pays_by=body.confirm.payment_method if body.confirm else None,
    )
    asked = partial(request_service, trade=call.stack.trade)
    done = await call.run(asked, command, told_of(customer_id, record_id, body.contact, body))
    return answers.done(done, Prefix.REQUEST, status=201, location=PATH)


def _customer(call: CommandCall, body: ServiceRequestBody) -> UUID:
    if body.customer_id is not None:
        named = parse(Prefix.USER, body.customer_id)
        if not (call.actor.is_desk or call.actor.is_customer(named)):
            # The rule says so too; here it keeps a stranger's words out of this customer's records.
            raise NotAllowed("a customer asks for help for themselves only")
        return named
    if call.actor.role is Role.CUSTOMER and call.actor.subject_id is not None:
        return call.actor.subject_id
    # A fact of the command, so that the command sent again speaks of the same new customer.
    return uuid5(call.context.command_id, "customer")


@routes.query(PATH, ServiceRequestPage, problems=("invalid_cursor",))
async def list_service_requests(
    call: Asked,
    state: Annotated[RequestState | None, Query()] = None,
    service: Annotated[Service | None, Query()] = None,
    escalation: Annotated[int | None, Query(ge=0, le=3, description="At this level; 3 waits for a person.")] = None,
    *,
    page: Paged,
) -> Response:
    """List requests, newest first.

    The desk sees the board, a customer their own, a partner those that it ordered or bears.
    `state=searching&escalation=3` is the desk's queue.
    """
    own = call.actor.subject_id if call.actor.role is Role.CUSTOMER else None
    of_partner = await own_requests(call, page.min_position)
    asked = {"state": state, "service": service, "escalation": escalation}
    return await paging.answer(
        call,
        call.stack.board,
        PATH,
        asked,
        {**asked, "customer_id": own, "request_id": of_partner},
        page,
        key_of=lambda row: (row.created_at, row.request_id),
        show=lambda row: shown(row, call),
    )


@routes.query(ONE, ServiceRequestShown)
async def read_service_request(call: Asked, request_id: str, min_position: MinPosition = None) -> Response:
    """Read a request.

    For its customer, the provider who holds the job, the partner that bears it, and the desk.
    """
    return answers.thing(shown(await visible(call, request_id, min_position), call))


@routes.command(
    ONE + "/cancellation",
    ServiceRequestDone,
    if_match=REQUIRED,
    problems=("not_allowed", "request_closed", "out_of_turn"),
)
async def cancel_service_request(call: Command, request_id: str, body: CancellationBody) -> Response:
    """Call a request off.

    If-Match is required: who cancels should know whether the provider has set out, or is there already. What it costs
    then was told with the quote (`fees`).
    """
    command = CancelRequest(call.actor, _id(request_id), body.reason, call.at, call.expected_version, body.fault)
    return answers.done(await call.run(cancel_request, command), Prefix.REQUEST)


@routes.command(ONE + "/en-route", ServiceRequestDone, problems=("request_closed", "out_of_turn"))
async def report_on_the_way(call: Command, request_id: str) -> Response:
    """Report that the provider is on its way."""
    command = ReportEnRoute(call.actor, _id(request_id), call.at, call.expected_version)
    return answers.done(await call.run(report_en_route, command), Prefix.REQUEST)


@routes.command(
    ONE + "/arrival",
    ServiceRequestDone,
    problems=("request_closed", "out_of_turn", "bad_place"),
)
async def confirm_provider_arrival(call: Command, request_id: str, body: ArrivalBody) -> Response:
    """Confirm that the provider is there.

    By the provider's own word, the customer's or the desk's.
    """
    cell = None if body.location is None else cell_of(body.location.lat, body.location.lng)
    command = ConfirmArrival(call.actor, _id(request_id), cell, call.at, call.expected_version)
    return answers.done(await call.run(confirm_arrival, command), Prefix.REQUEST)


@routes.command(
    ONE + "/completion",
    ServiceRequestDone,
    problems=("request_closed", "out_of_turn", "evidence_missing", "not_delivered", "store_unavailable"),
)
async def complete_job(call: Command, request_id: str) -> Response:
    """Report that the work is done.

    What costs what was agreed is settled at once from the wallet, or waits for the cash to be collected.
    """
    command = CompleteService(call.actor, _id(request_id), call.at, call.expected_version)
    return answers.done(await call.run(partial(complete_service, trade=call.stack.trade), command), Prefix.REQUEST)


@routes.command(ONE + "/search-end", ServiceRequestDone, problems=("request_closed", "out_of_turn", "offer_still_out"))
async def end_search(call: Command, request_id: str) -> Response:
    """Give up: nobody can be found."""
    command = GiveUpSearch(call.actor, _id(request_id), call.at, call.expected_version)
    return answers.done(await call.run(give_up_search, command), Prefix.REQUEST)


def _id(text: str) -> UUID:
    return id_in_path(Prefix.REQUEST, text)
