"""What can be ordered of, and asked about, a call for help?"""

from typing import Annotated
from uuid import UUID, uuid5

from fastapi import Query
from starlette.responses import Response

from application.cancel_request import CancelRequest, cancel_request
from application.complete_service import CompleteService, complete_service
from application.confirm_arrival import ConfirmArrival, confirm_arrival
from application.give_up_search import GiveUpSearch, give_up_search
from application.personal import Field, PersonalKind, PersonalRecord, Told, record_id_for
from application.report_en_route import ReportEnRoute, report_en_route
from application.request_service import RequestService, request_service
from domain.actor import Actor, Role
from domain.catalogue import Service, check_fit
from domain.geography import cell_of
from domain.ids import Prefix, new_id, parse
from domain.refusal import NotAllowed, NotFound
from domain.request_acts import Standing, acts_open
from domain.request_terms import Call, RequestState
from interfaces.http import answers, paging
from interfaces.http.calls import Asked, Command, CommandCall, Creation, MinPosition, Paged, QueryCall, id_in_path
from interfaces.http.routing import DESK, REQUIRED, Routes
from interfaces.http.shapes.service_requests import (
    ArrivalBody,
    CancellationBody,
    ServiceRequestBody,
    ServiceRequestDone,
    ServiceRequestPage,
    ServiceRequestShown,
)
from projections.request_board import RequestRow

PATH = "/v1/service-requests"
ONE = PATH + "/{request_id}"

routes = Routes("Service requests")


@routes.command(
    PATH,
    ServiceRequestDone,
    status=201,
    roles=(Role.CUSTOMER, *DESK),
    problems=("store_unavailable", "not_allowed", "service_does_not_fit", "bad_id", "bad_place"),
)
async def request_help(call: Creation, body: ServiceRequestBody) -> Response:
    """Ask for help.

    The search for a provider starts at once. A customer asks for themselves; the desk for any customer.
    """
    check_fit(body.service, body.fuel)
    customer_id = _customer(call, body)
    record_id = record_id_for(call.context.command_id, PersonalKind.CALL)
    command = RequestService(
        actor=call.actor,
        request_id=new_id(call.at),
        call=Call(
            customer_id,
            body.service,
            body.vehicle_class,
            body.fuel,
            cell_of(body.location.lat, body.location.lng),
            place_id=record_id,
            contact_id=record_id,
        ),
        at=call.at,
    )
    done = await call.run(request_service, command, _told(customer_id, record_id, body))
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


def _told(customer_id: UUID, record_id: UUID, body: ServiceRequestBody) -> Told:
    """What is personal in the call: it goes where it can be erased, and the event refers to it by its id.

    Place and contact are told in one breath and live as long: one record, so that a call costs one row to keep.
    """
    told: dict[str, Field] = {
        "name": body.contact.name,
        "phone": body.contact.phone,
        "plate": body.plate,
        "lat": body.location.lat,
        "lng": body.location.lng,
        "note": body.note,
    }
    return Told(customer_id, {record_id: PersonalRecord(PersonalKind.CALL, told)})


@routes.query(PATH, ServiceRequestPage, roles=(Role.CUSTOMER, *DESK), problems=("invalid_cursor",))
async def list_service_requests(
    call: Asked,
    state: Annotated[RequestState | None, Query()] = None,
    service: Annotated[Service | None, Query()] = None,
    *,
    page: Paged,
) -> Response:
    """List requests, newest first.

    The desk sees the board, a customer their own.
    """
    own = call.actor.subject_id if call.actor.role is Role.CUSTOMER else None
    asked = {"state": state, "service": service}
    return await paging.answer(
        call,
        call.stack.board,
        PATH,
        asked,
        {**asked, "customer_id": own},
        page,
        key_of=lambda row: (row.created_at, row.request_id),
        show=lambda row: shown(row, call.actor),
    )


@routes.query(ONE, ServiceRequestShown, roles=(Role.CUSTOMER, Role.PROVIDER, *DESK))
async def read_service_request(call: Asked, request_id: str, min_position: MinPosition = None) -> Response:
    """Read a request.

    For its customer, the provider who holds the job, and the desk.
    """
    return answers.thing(shown(await visible(call, request_id, min_position), call.actor))


@routes.command(
    ONE + "/cancellation",
    ServiceRequestDone,
    roles=(Role.CUSTOMER, *DESK),
    if_match=REQUIRED,
    problems=("not_allowed", "request_closed"),
)
async def cancel_service_request(call: Command, request_id: str, body: CancellationBody) -> Response:
    """Call a request off.

    If-Match is required: who cancels should know whether the provider has set out, or is there already.
    """
    command = CancelRequest(call.actor, _id(request_id), body.reason, call.at, call.expected_version)
    return answers.done(await call.run(cancel_request, command), Prefix.REQUEST)


@routes.command(
    ONE + "/en-route", ServiceRequestDone, roles=(Role.PROVIDER, *DESK), problems=("request_closed", "out_of_turn")
)
async def report_on_the_way(call: Command, request_id: str) -> Response:
    """Report that the provider is on its way."""
    command = ReportEnRoute(call.actor, _id(request_id), call.at, call.expected_version)
    return answers.done(await call.run(report_en_route, command), Prefix.REQUEST)


@routes.command(
    ONE + "/arrival",
    ServiceRequestDone,
    roles=(Role.CUSTOMER, Role.PROVIDER, *DESK),
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
    ONE + "/completion", ServiceRequestDone, roles=(Role.PROVIDER, *DESK), problems=("request_closed", "out_of_turn")
)
async def complete_job(call: Command, request_id: str) -> Response:
    """Report that the work is done."""
    command = CompleteService(call.actor, _id(request_id), call.at, call.expected_version)
    return answers.done(await call.run(complete_service, command), Prefix.REQUEST)


@routes.command(
    ONE + "/search-end", ServiceRequestDone, roles=DESK, problems=("request_closed", "out_of_turn", "offer_still_out")
)
async def end_search(call: Command, request_id: str) -> Response:
    """Give up: nobody can be found."""
    command = GiveUpSearch(call.actor, _id(request_id), call.at, call.expected_version)
    return answers.done(await call.run(give_up_search, command), Prefix.REQUEST)


def _id(text: str) -> UUID:
    return id_in_path(Prefix.REQUEST, text)


async def visible(call: QueryCall, request_id: str, min_position: int | None) -> RequestRow:
    """The request, for those who may see it; raises NotFound for everybody else."""
    wanted = _id(request_id)
    await call.at_or_after(call.stack.board.name, min_position)
    row = await call.stack.board.one(call.tenant, wanted)
    if row is None or not _sees(call.actor, row):
        raise NotFound
    return row


def _sees(actor: Actor, row: RequestRow) -> bool:
    return actor.is_desk or actor.is_customer(row.customer_id) or actor.is_provider(row.provider_id)


def shown(row: RequestRow, actor: Actor) -> dict[str, object]:
    """A row of the board as the API shows it to that actor."""
    standing = Standing(
        state=RequestState(row.state),
        customer_id=row.customer_id,
        provider_id=row.provider_id,
        offer_is_out=row.live_offer_id is not None,
    )
    return {
        "id": answers.shown_id("request_id", row.request_id),
        "version": row.version,
        "state": row.state,
        "service": row.service,
        "vehicle_class": row.vehicle_class,
        "fuel": row.fuel,
        "cell": row.cell,
        "customer_id": answers.shown_id("customer_id", row.customer_id),
        "attempt": row.attempt,
        "offer_id": answers.shown_id("offer_id", row.offer_id),
        "provider_id": answers.shown_id("provider_id", row.provider_id),
        "shift_id": answers.shown_id("shift_id", row.shift_id),
        "live_offer_id": answers.shown_id("live_offer_id", row.live_offer_id),
        "offers_made": row.offers_made,
        "arrived_within_m": row.arrived_within_m,
        "ended_by": row.ended_by,
        "ended_why": row.ended_why,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "offered_at": row.offered_at,
        "assigned_at": row.assigned_at,
        "en_route_at": row.en_route_at,
        "on_scene_at": row.on_scene_at,
        "ended_at": row.ended_at,
        "can": acts_open(actor, standing),
    }
