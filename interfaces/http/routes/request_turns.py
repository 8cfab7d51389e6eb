"""What can be ordered when a request does not go as planned: another provider, another need, nobody there, danger?"""

from datetime import timedelta
from functools import partial
from uuid import UUID

from starlette.responses import Response

from application.attempt_contact import AttemptContact, attempt_contact
from application.change_need import ChangeNeed, change_need
from application.confirm_gone import ConfirmGone, confirm_gone
from application.deny_gone import DenyGone, deny_gone
from application.end_unsuccessful import EndUnsuccessful, end_unsuccessful
from application.escalate_request import EscalateRequest, escalate_request
from application.merge_requests import MergeRequests, merge_requests
from application.propose_need_change import ProposeNeedChange, propose_need_change
from application.raise_sos import RaiseSos, raise_sos
from application.record_triage import RecordTriage, record_triage
from application.reject_need_change import RejectNeedChange, reject_need_change
from application.release_job import ReleaseJob, release_job
from application.report_gone import ReportGone, report_gone
from domain.actor import Role
from domain.geography import cell_of
from domain.ids import Prefix, parse
from domain.request_terms import Need
from interfaces.http import answers
from interfaces.http.calls import Command, CommandCall, id_in_path
from interfaces.http.routes.service_requests import ONE
from interfaces.http.routing import Routes
from interfaces.http.shapes.request_acts import (
    ContactAttemptBody,
    EscalationBody,
    MergeBody,
    NeedBody,
    PriceConsentBody,
    ReleaseBody,
    TriageBody,
    UnsuccessfulBody,
)
from interfaces.http.shapes.service_requests import ServiceRequestDone

routes = Routes("Service requests: turns")

ENDED = ("request_closed", "out_of_turn")
NEW_PRICE = (
    "price_not_agreed",
    "insufficient_funds",
    "wallet_frozen",
    "too_many_holds",
    "service_does_not_fit",
    "offer_still_out",
    "store_unavailable",
)


@routes.command(ONE + "/release", ServiceRequestDone, problems=("not_allowed", *ENDED))
async def give_job_back(call: Command, request_id: str, body: ReleaseBody) -> Response:
    """Give a job back, or take it from a provider: somebody else is sought.

    Until the vehicle is on the truck. A provider that gave a job back is not asked for it again.
    """
    command = ReleaseJob(call.actor, _id(request_id), body.reason, call.at, call.expected_version)
    return answers.done(await call.run(partial(release_job, trade=call.stack.trade), command), Prefix.REQUEST)


@routes.command(
    ONE + "/need-changes",
    ServiceRequestDone,
    problems=("bad_place", *NEW_PRICE, *ENDED),
)
async def ask_for_another_need(call: Command, request_id: str, body: NeedBody) -> Response:
    """Propose at the vehicle, as its provider, that something else is needed; or order it while somebody is sought."""
    drop = body.drop_location
    need = Need(body.service, None if drop is None else cell_of(drop.lat, drop.lng))
    if call.actor.role is Role.PROVIDER:
        proposal = ProposeNeedChange(call.actor, _id(request_id), need, call.at, call.expected_version)
        return answers.done(await call.run(propose_need_change, proposal), Prefix.REQUEST)
    return await _change(call, request_id, need, body.at_most_minor)


@routes.command(
    ONE + "/need-changes/consent",
    ServiceRequestDone,
    problems=("no_change_proposed", *NEW_PRICE, *ENDED),
)
async def agree_to_another_need(call: Command, request_id: str, body: PriceConsentBody) -> Response:
    """Agree to what the provider proposed.

    It has a new price; one above the old is agreed to with `at_most_minor`. A shift that cannot do it makes room for
    another.
    """
    return await _change(call, request_id, None, body.at_most_minor)


@routes.command(ONE + "/need-changes/rejection", ServiceRequestDone, problems=("no_change_proposed", *ENDED))
async def stay_with_the_need(call: Command, request_id: str) -> Response:
    """Stay with what was asked for."""
    command = RejectNeedChange(call.actor, _id(request_id), call.at, call.expected_version)
    return answers.done(await call.run(reject_need_change, command), Prefix.REQUEST)


@routes.command(ONE + "/contact-attempts", ServiceRequestDone, problems=ENDED)
async def note_contact_attempt(call: Command, request_id: str, body: ContactAttemptBody) -> Response:
    """Note that the customer was tried to be reached, and was not."""
    command = AttemptContact(call.actor, _id(request_id), body.channel, call.at, call.expected_version)
    return answers.done(await call.run(attempt_contact, command), Prefix.REQUEST)


@routes.command(ONE + "/gone", ServiceRequestDone, problems=("not_gone_yet", "bad_input", *ENDED))
async def report_vehicle_gone(call: Command, request_id: str) -> Response:
    """Report that nobody is there; unless somebody objects in time, the job ends with its fee."""
    confirms_at = call.at + timedelta(seconds=call.stack.settings.gone_confirms_after_s)
    command = ReportGone(call.actor, _id(request_id), confirms_at, call.at, call.expected_version)
    return answers.done(await call.run(report_gone, command), Prefix.REQUEST)


@routes.command(
    ONE + "/gone/confirmation",
    ServiceRequestDone,
    problems=("not_reported_gone", "not_gone_yet", *ENDED),
)
async def confirm_vehicle_gone(call: Command, request_id: str) -> Response:
    """Agree that nobody is there any more."""
    command = ConfirmGone(call.actor, _id(request_id), call.at, call.expected_version)
    return answers.done(await call.run(confirm_gone, command), Prefix.REQUEST)


@routes.command(ONE + "/gone/denial", ServiceRequestDone, problems=("not_reported_gone", *ENDED))
async def deny_vehicle_gone(call: Command, request_id: str) -> Response:
    """Say that somebody is there after all: the job goes on."""
    command = DenyGone(call.actor, _id(request_id), call.at, call.expected_version)
    return answers.done(await call.run(deny_gone, command), Prefix.REQUEST)


@routes.command(ONE + "/unsuccessful", ServiceRequestDone, problems=ENDED)
async def end_in_vain(call: Command, request_id: str, body: UnsuccessfulBody) -> Response:
    """Leave without having helped; a part of the price is owed, unless the provider lacked something."""
    command = EndUnsuccessful(call.actor, _id(request_id), body.reason, call.at, call.expected_version)
    return answers.done(await call.run(end_unsuccessful, command), Prefix.REQUEST)


@routes.command(
    ONE + "/merge",
    ServiceRequestDone,
    problems=("merges_into_itself", "offer_still_out", "bad_id", *ENDED),
)
async def merge_service_requests(call: Command, request_id: str, body: MergeBody) -> Response:
    """End a request as a part of another one for the same breakdown, which goes on.

    The other takes over whatever danger was told; for an SOS it is searched for at once.
    """
    into = parse(Prefix.REQUEST, body.into)
    command = MergeRequests(call.actor, _id(request_id), into, call.at, call.expected_version)
    return answers.done(await call.run(partial(merge_requests, trade=call.stack.trade), command), Prefix.REQUEST)


@routes.command(ONE + "/sos", ServiceRequestDone, problems=ENDED)
async def report_danger(call: Command, request_id: str) -> Response:
    """Say that somebody is in danger: the request goes first, and is searched for whatever it costs."""
    command = RaiseSos(call.actor, _id(request_id), call.at, call.expected_version)
    return answers.done(await call.run(partial(raise_sos, trade=call.stack.trade), command), Prefix.REQUEST)


@routes.command(ONE + "/escalation", ServiceRequestDone, problems=("bad_input", *ENDED))
async def escalate_service_request(call: Command, request_id: str, body: EscalationBody) -> Response:
    """Say that the ordinary search, or job, is not enough."""
    command = EscalateRequest(call.actor, _id(request_id), body.level, body.reason, call.at, call.expected_version)
    return answers.done(await call.run(escalate_request, command), Prefix.REQUEST)


@routes.command(ONE + "/triage", ServiceRequestDone, problems=("bad_input", *ENDED))
async def note_hazards(call: Command, request_id: str, body: TriageBody) -> Response:
    """Note what makes waiting dangerous; nothing that the customer told is taken away."""
    command = RecordTriage(
        call.actor,
        _id(request_id),
        body.source,
        body.hazards,
        body.confidence_percent,
        call.at,
        call.expected_version,
    )
    return answers.done(await call.run(record_triage, command), Prefix.REQUEST)


async def _change(call: CommandCall, request_id: str, need: Need | None, at_most_minor: int | None) -> Response:
    command = ChangeNeed(call.actor, _id(request_id), need, at_most_minor, call.at, call.expected_version)
    return answers.done(await call.run(partial(change_need, trade=call.stack.trade), command), Prefix.REQUEST)


def _id(text: str) -> UUID:
    return id_in_path(Prefix.REQUEST, text)
