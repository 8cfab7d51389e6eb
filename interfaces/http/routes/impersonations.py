"""How does support look at the service as somebody else sees it?"""

from dataclasses import replace

from starlette.responses import Response

from application.security_log import SecurityKind
from domain.actor import Actor, Duty, Role
from domain.ids import Prefix, parse, show
from infra.identity.access_tokens import Caller
from infra.identity.claims import actor_for
from infra.identity.impersonations import LIFE
from interfaces.http import answers
from interfaces.http.calls import Creation, id_in_path
from interfaces.http.problems import FieldError, Problem
from interfaces.http.routing import Routes
from interfaces.http.shapes.impersonations import ImpersonationBody, ImpersonationEnded, ImpersonationMade

PATH = "/v1/impersonations"
PROBLEMS = ("not_found", "not_allowed", "account_suspended", "account_closed", "log_unavailable", "bad_id")

routes = Routes("Accounts")


@routes.report(PATH, ImpersonationMade, problems=PROBLEMS)
async def begin_impersonation(call: Creation, body: ImpersonationBody) -> Response:
    """Act in a customer's or a company's name for a quarter of an hour, with a reason.

    The token looks and does nothing else, unless `may_act`; money, consent, credentials and roles are never open to it.
    Whatever it orders names both in the log, and the person sees it among their sessions. Beginning and end are in the
    security log.
    """
    caller: Caller = call.request.scope["state"]["caller"]
    whom = actor_for(Role(body.role), body.subject, call.tenant)
    if whom.role is Role.PROVIDER:
        whom = _with_duty(whom, body)
    begun = await call.stack.identity.impersonations.begin(caller, whom, call.at, may_act=body.may_act)
    _note(call, SecurityKind.IMPERSONATION_BEGUN, whom, "begin_impersonation", body.reason.value)
    return answers.plain(
        {
            "id": show(Prefix.SESSION, begun.session_id),
            "access_token": begun.access_token,
            "token_type": "Bearer",
            "expires_in": int(LIFE.total_seconds()),
            "until": begun.until,
            "may_act": body.may_act,
        }
    )


@routes.report(PATH + "/{impersonation_id}/end", ImpersonationEnded, problems=("not_found", "log_unavailable"))
async def end_impersonation(call: Creation, impersonation_id: str) -> Response:
    """End it before its time; ended already changes nothing."""
    wanted = id_in_path(Prefix.SESSION, impersonation_id)
    whom = await call.stack.identity.impersonations.end(call.tenant, wanted)
    _note(call, SecurityKind.IMPERSONATION_ENDED, whom, "end_impersonation", "")
    return answers.plain({"id": show(Prefix.SESSION, wanted)})


def _note(call: Creation, kind: SecurityKind, whom: Actor, operation: str, detail: str) -> None:
    call.stack.security.note(
        kind,
        tenant=call.tenant,
        at=call.at,
        actor=call.actor.text,
        operation=operation,
        object_id=whom.text.partition(":")[2],
        detail=detail,
    )


def _with_duty(whom: Actor, body: ImpersonationBody) -> Actor:
    is_driver = body.duty is Duty.DRIVER
    if is_driver != (body.crew_id is not None):
        raise Problem("validation_failed", errors=[FieldError("/crew_id", "a driver is one of the crew, nobody else")])
    crew_id = None if body.crew_id is None else parse(Prefix.CREW, body.crew_id)
    return replace(whom, duty=body.duty, crew_id=crew_id)
