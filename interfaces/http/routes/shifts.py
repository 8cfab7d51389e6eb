"""What can be ordered of, and asked about, a shift: one crew member with one truck?"""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from application.end_break import EndBreak, end_break
from application.end_shift import EndShift, end_shift
from application.force_off_shift import ForceOffShift, force_off_shift
from application.get_shift_ready import GetShiftReady, get_shift_ready
from application.start_break import StartBreak, start_break
from application.start_shift import StartShift, start_shift
from application.update_stock import UpdateStock, update_stock
from domain.actor import Actor, Role
from domain.geography import cell_of
from domain.ids import Prefix, new_id, parse, show
from domain.refusal import NotFound
from domain.shift import Shift, ShiftState, Stock, shift_acts_open
from interfaces.http import answers, paging
from interfaces.http.calls import Asked, Command, MinPosition, Paged, id_in_path
from interfaces.http.crew_reach import own_crew
from interfaces.http.routing import Routes
from interfaces.http.shapes.shifts import (
    BreakEndBody,
    ReadinessBody,
    ShiftBody,
    ShiftDone,
    ShiftPage,
    ShiftShown,
    StockBody,
)
from interfaces.http.shapes.values import ProviderId
from projections.matching_table import ShiftRow

PATH = "/v1/shifts"
ONE = PATH + "/{shift_id}"

routes = Routes("Shifts")


@routes.command(
    PATH,
    ShiftDone,
    status=201,
    problems=(
        "not_found",
        "stale_version",
        "provider_not_active",
        "not_allowed",
        "unknown_crew",
        "unknown_truck",
        "already_on_duty",
        "document_not_valid",
        "not_capable",
        "bad_place",
    ),
)
async def go_on_duty(call: Command, body: ShiftBody) -> Response:
    """Start a shift: one crew member with one truck.

    It is capable of what the member has learnt and the truck carries, and lasts until `ends_by` at most. Nobody drives
    with a licence, insurance or permit that has run out, and a driver goes out as themselves only. If-Match, when
    given, is the provider's.
    """
    command = StartShift(
        actor=call.actor,
        provider_id=parse(Prefix.PROVIDER, body.provider_id),
        shift_id=new_id(call.at),
        crew_id=parse(Prefix.CREW, body.crew_id),
        truck_id=parse(Prefix.TRUCK, body.truck_id),
        cell=cell_of(body.location.lat, body.location.lng),
        at=call.at,
        expected_version=call.expected_version,
        longest_duty=timedelta(seconds=call.stack.settings.longest_duty_s),
    )
    return answers.done(await call.run(start_shift, command), Prefix.SHIFT, status=201, location=PATH)


@routes.query(PATH, ShiftPage, problems=("invalid_cursor", "not_found"))
async def list_shifts_on_duty(
    call: Asked,
    state: Annotated[ShiftState | None, Query()] = None,
    provider_id: Annotated[ProviderId | None, Query()] = None,
    *,
    page: Paged,
) -> Response:
    """List the shifts on duty, latest first.

    The desk sees all, a provider its own, a driver the one that they are on.
    """
    of_provider = None if provider_id is None else parse(Prefix.PROVIDER, provider_id)
    if call.actor.role is Role.PROVIDER:
        if of_provider not in (None, call.actor.subject_id):
            raise NotFound
        of_provider = call.actor.subject_id
    return await paging.answer(
        call,
        call.stack.shifts,
        PATH,
        {"state": state, "provider_id": provider_id},
        {"state": state, "provider_id": of_provider, "crew_id": own_crew(call.actor)},
        page,
        key_of=lambda row: (row.started_at, row.shift_id),
        show=lambda row: _row_shown(row, call.actor, call.at),
    )


@routes.query(ONE, ShiftShown, problems=("log_unavailable",))
async def read_shift(call: Asked, shift_id: str, min_position: MinPosition = None) -> Response:
    """Read a shift, ended or not.

    For its provider's office, its driver, and the desk.
    """
    wanted = _id(shift_id)
    await call.log_at_or_after(min_position)
    shift = await call.stack.aggregates.load(Shift, call.tenant, wanted)
    if shift is None or not (call.actor.is_desk or call.actor.works_as(shift.provider_id, shift.crew_id)):
        raise NotFound
    kept_for = shift.reservation
    return answers.thing(
        {
            "id": show(Prefix.SHIFT, shift.id),
            "version": shift.version,
            "state": shift.state,
            "provider_id": show(Prefix.PROVIDER, shift.provider_id),
            "crew_id": show(Prefix.CREW, shift.crew_id),
            "truck_id": show(Prefix.TRUCK, shift.truck_id),
            "capabilities": shift.capabilities,
            "vehicle_classes": shift.vehicle_classes,
            "cell": shift.cell,
            "offer_id": answers.shown_id("offer_id", kept_for.offer_id if kept_for else None),
            "request_id": answers.shown_id("request_id", kept_for.request_id if kept_for else None),
            "ends_by": shift.ends_by,
            "fuel_l": shift.stock.fuel_l if shift.stock else None,
            "batteries": shift.stock.batteries if shift.stock else None,
            "ev_kwh": shift.stock.ev_kwh if shift.stock else None,
            "can": shift.can(call.actor, call.at),
        }
    )


@routes.command(ONE + "/end", ShiftDone, problems=("shift_reserved",))
async def go_off_duty(call: Command, shift_id: str) -> Response:
    """End a shift.

    An offer that is out is taken back; a job under way has to be finished first.
    """
    command = EndShift(call.actor, _id(shift_id), call.at, call.expected_version)
    return answers.done(await call.run(end_shift, command), Prefix.SHIFT)


@routes.command(ONE + "/break", ShiftDone, problems=("shift_reserved", "shift_stale", "shift_ended"))
async def take_break(call: Command, shift_id: str) -> Response:
    """Take a rest: no offers for a while."""
    command = StartBreak(call.actor, _id(shift_id), call.at, call.expected_version)
    return answers.done(await call.run(start_break, command), Prefix.SHIFT)


@routes.command(
    ONE + "/break-end",
    ShiftDone,
    problems=("out_of_turn", "shift_ended", "bad_place"),
)
async def come_back(call: Command, shift_id: str, body: BreakEndBody) -> Response:
    """Come back from a rest."""
    cell = cell_of(body.location.lat, body.location.lng)
    command = EndBreak(call.actor, _id(shift_id), cell, call.at, call.expected_version)
    return answers.done(await call.run(end_break, command), Prefix.SHIFT)


@routes.command(ONE + "/readiness", ShiftDone, problems=("out_of_turn", "shift_ended", "bad_place"))
async def get_ready(call: Command, shift_id: str, body: ReadinessBody) -> Response:
    """Be ready for the next job after wrapping up.

    The last one may not be settled yet: a customer who takes time to agree to a fare holds nobody up.
    """
    cell = None if body.location is None else cell_of(body.location.lat, body.location.lng)
    command = GetShiftReady(call.actor, _id(shift_id), cell, call.at, call.expected_version)
    return answers.done(await call.run(get_shift_ready, command), Prefix.SHIFT)


@routes.command(ONE + "/stock", ShiftDone, problems=("shift_ended", "bad_stock"))
async def count_stock(call: Command, shift_id: str, body: StockBody) -> Response:
    """Say what is on board to give away: fuel, batteries, charge."""
    stock = Stock(body.fuel_l, body.batteries, body.ev_kwh)
    command = UpdateStock(call.actor, _id(shift_id), stock, call.at, call.expected_version)
    return answers.done(await call.run(update_stock, command), Prefix.SHIFT)


@routes.command(ONE + "/forced-end", ShiftDone, problems=("shift_reserved", "out_of_turn"))
async def send_home(call: Command, shift_id: str) -> Response:
    """End a shift that nobody hears of, or whose longest duty is over.

    The dispatcher does this by itself when a duty is over. A job or an offer has to be taken from it first.
    """
    command = ForceOffShift(call.actor, _id(shift_id), call.at, call.expected_version)
    return answers.done(await call.run(force_off_shift, command), Prefix.SHIFT)


def _id(text: str) -> UUID:
    return id_in_path(Prefix.SHIFT, text)


def _row_shown(row: ShiftRow, actor: Actor, at: datetime) -> dict[str, object]:
    state, doing = ShiftState(row.state), ShiftState(row.doing)
    return {
        "id": show(Prefix.SHIFT, row.shift_id),
        "version": row.version,
        "state": row.state,
        "provider_id": show(Prefix.PROVIDER, row.provider_id),
        "crew_id": show(Prefix.CREW, row.crew_id),
        "truck_id": show(Prefix.TRUCK, row.truck_id),
        "capabilities": row.capabilities,
        "vehicle_classes": row.vehicle_classes,
        "cell": row.cell,
        "offer_id": answers.shown_id("offer_id", row.offer_id),
        "request_id": answers.shown_id("request_id", row.request_id),
        "ends_by": row.ends_by,
        "fuel_l": row.fuel_l,
        "batteries": row.batteries,
        "ev_kwh": row.ev_kwh,
        "can": shift_acts_open(actor, state, doing, row.provider_id, row.ends_by, at),
    }
