"""What can be ordered at the vehicle, on the way to its destination and there?"""

from functools import partial
from uuid import UUID

from starlette.responses import Response

from application.acknowledge_job import AcknowledgeJob, acknowledge_job
from application.arrive_at_drop import ArriveAtDrop, arrive_at_drop
from application.capture_evidence import CaptureEvidence, capture_evidence
from application.change_drop import ChangeDrop, change_drop
from application.deliver_vehicle import DeliverVehicle, deliver_vehicle
from application.load_vehicle import LoadVehicle, load_vehicle
from application.refuse_drop import RefuseDrop, refuse_drop
from application.set_off_to_drop import SetOffToDrop, set_off_to_drop
from application.start_service import StartService, start_service
from domain.geography import cell_of
from domain.ids import Prefix
from interfaces.http import answers
from interfaces.http.calls import Asked, Command, MinPosition, id_in_path
from interfaces.http.problems import Problem
from interfaces.http.request_views import visible
from interfaces.http.routes.service_requests import ONE
from interfaces.http.routing import Routes
from interfaces.http.shapes.request_acts import (
    DropArrivalBody,
    DropBody,
    DropRefusalBody,
    EvidenceBody,
    EvidenceList,
    StartBody,
)
from interfaces.http.shapes.service_requests import ServiceRequestDone
from interfaces.http.shapes.values import Location

routes = Routes("Service requests: work")

ENDED = ("request_closed", "out_of_turn")


@routes.command(ONE + "/acknowledgement", ServiceRequestDone, problems=ENDED)
async def acknowledge(call: Command, request_id: str) -> Response:
    """Say, as a guided crew, that you know of the job that you were given.

    Setting out says the same. Who says nothing in time is reminded, then somebody else goes.
    """
    command = AcknowledgeJob(call.actor, _id(request_id), call.at, call.expected_version)
    return answers.done(await call.run(partial(acknowledge_job, promises=call.stack.promises), command), Prefix.REQUEST)


@routes.command(ONE + "/start", ServiceRequestDone, problems=("wrong_start_code", "start_code_locked", *ENDED))
async def start_work(call: Command, request_id: str, body: StartBody) -> Response:
    """Begin the work with the code that the customer was shown.

    After five wrong ones only the desk can begin it, without a code.
    """
    command = StartService(call.actor, _id(request_id), body.code, call.at, call.expected_version)
    done = await call.run(partial(start_service, codes=call.stack.codes), command)
    tries_left = done.answer.get("tries_left")
    if isinstance(tries_left, int):
        # The try is on the record, so the command was done; for the caller it was refused.
        raise Problem(
            "wrong_start_code",
            headers={"Idempotency-Replayed": "true"} if done.replayed else None,
            tries_left=tries_left,
        )
    return answers.done(done, Prefix.REQUEST)


@routes.command(
    ONE + "/evidence",
    ServiceRequestDone,
    problems=("bad_evidence", "evidence_full", "bad_place", *ENDED),
)
async def capture_job_evidence(call: Command, request_id: str, body: EvidenceBody) -> Response:
    """Note a picture or recording by its hash.

    A towed vehicle needs `vehicle_before` to be loaded and `vehicle_delivered` to be done, other work `work_done`.
    """
    command = CaptureEvidence(
        call.actor,
        _id(request_id),
        body.kind,
        body.sha256,
        _cell(body.location),
        body.taken_at,
        call.at,
        call.expected_version,
    )
    return answers.done(await call.run(capture_evidence, command), Prefix.REQUEST)


@routes.query(ONE + "/evidence", EvidenceList)
async def list_job_evidence(call: Asked, request_id: str, min_position: MinPosition = None) -> Response:
    """List the evidence of a job, the oldest first."""
    row = await visible(call, request_id, min_position)
    return answers.plain({"request_id": answers.shown_id("request_id", row.request_id), "data": row.evidence})


@routes.command(ONE + "/loading", ServiceRequestDone, problems=("nothing_to_tow", "evidence_missing", *ENDED))
async def report_vehicle_loaded(call: Command, request_id: str) -> Response:
    """Report that the vehicle is on the truck, or hangs behind it."""
    command = LoadVehicle(call.actor, _id(request_id), call.at, call.expected_version)
    return answers.done(await call.run(load_vehicle, command), Prefix.REQUEST)


@routes.command(ONE + "/transit", ServiceRequestDone, problems=("new_drop_needed", "already_delivered", *ENDED))
async def report_transit(call: Command, request_id: str) -> Response:
    """Report that the vehicle is on its way to the destination."""
    command = SetOffToDrop(call.actor, _id(request_id), call.at, call.expected_version)
    return answers.done(await call.run(set_off_to_drop, command), Prefix.REQUEST)


@routes.command(ONE + "/drop-arrival", ServiceRequestDone, problems=("bad_place", *ENDED))
async def report_drop_arrival(call: Command, request_id: str, body: DropArrivalBody) -> Response:
    """Report the arrival at the destination."""
    command = ArriveAtDrop(call.actor, _id(request_id), _cell(body.location), call.at, call.expected_version)
    return answers.done(await call.run(arrive_at_drop, command), Prefix.REQUEST)


@routes.command(ONE + "/delivery", ServiceRequestDone, problems=("new_drop_needed", *ENDED))
async def report_delivery(call: Command, request_id: str) -> Response:
    """Report that the vehicle was handed over."""
    command = DeliverVehicle(call.actor, _id(request_id), call.at, call.expected_version)
    return answers.done(await call.run(deliver_vehicle, command), Prefix.REQUEST)


@routes.command(ONE + "/drop-refusal", ServiceRequestDone, problems=("already_delivered", *ENDED))
async def report_drop_refusal(call: Command, request_id: str, body: DropRefusalBody) -> Response:
    """Report that the destination does not take the vehicle in: it needs another one."""
    command = RefuseDrop(call.actor, _id(request_id), body.why, call.at, call.expected_version)
    return answers.done(await call.run(refuse_drop, command), Prefix.REQUEST)


@routes.command(
    ONE + "/drop",
    ServiceRequestDone,
    problems=("nothing_to_tow", "already_delivered", "not_allowed", "bad_place", *ENDED),
)
async def change_destination(call: Command, request_id: str, body: DropBody) -> Response:
    """Send the vehicle somewhere else.

    By the customer or the desk; by the provider when the destination said no. The fare follows the way.
    """
    cell = cell_of(body.location.lat, body.location.lng)
    command = ChangeDrop(call.actor, _id(request_id), cell, call.at, call.expected_version)
    return answers.done(await call.run(change_drop, command), Prefix.REQUEST)


def _id(text: str) -> UUID:
    return id_in_path(Prefix.REQUEST, text)


def _cell(location: Location | None) -> str | None:
    return None if location is None else cell_of(location.lat, location.lng)
