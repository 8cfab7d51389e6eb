"""How does somebody stay signed in, see where they are, and end it?"""

from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.ids import Prefix, show
from domain.refusal import NotFound
from infra.bootstrap import Stack
from infra.identity.access_tokens import Caller
from infra.identity.session import End, Session
from infra.identity.sessions import Pair, account_of
from interfaces.http import answers
from interfaces.http.calls import Asked, Call, Creation, id_in_path
from interfaces.http.cookies import refresh_token_of, wants_cookie, with_pair, without_cookie
from interfaces.http.described import responses_of
from interfaces.http.routing import OpenRoute, Routes
from interfaces.http.shapes.sessions import PairMade, RefreshBody, SessionsEnded, SessionsShown

PATH = "/v1/sessions"
REFRESH = (
    "malformed_request",
    "session_over",
    "wrong_origin",
    "too_many_requests",
    "body_too_large",
    "unsupported_media_type",
    "validation_failed",
    "internal_error",
    "log_unavailable",
    "timed_out",
    "overloaded",
)

routes = Routes("Sessions")
open_router = APIRouter(tags=["Sessions"], route_class=OpenRoute)


@open_router.post(
    f"{PATH}/refresh",
    operation_id="refresh_session",
    summary="Get the next pair of tokens",
    status_code=200,
    response_model=PairMade,
    responses=responses_of(200, REFRESH, is_command=False),
)
async def refresh_session(request: Request, body: RefreshBody) -> Response:
    """A refresh token is good once: keep the one that comes back.

    Within ten seconds the same device gets the same pair again, for an answer that was lost on the way. After that, or
    from another device, a used token ends the session for everybody who has a copy, and 401 `session_over` means: sign
    in again. It needs no access token and no Idempotency-Key. A web app sends `VehicAid-Web` instead of a
    token: then the cookie counts.
    """
    scope = request.scope
    at: datetime = scope["state"]["at"]
    stack: Stack = scope["app"].state.stack
    token = refresh_token_of(request, body.refresh_token)
    pair = await stack.identity.sessions.refresh(token, device=body.device, at=at)
    return with_pair(request, shown_pair(pair), pair)


@routes.query(PATH, SessionsShown)
async def list_sessions(call: Asked) -> Response:
    """List where you are signed in, the last used first.

    An access token that was made without signing in belongs to no session: then none of them is this one.
    """
    living = await call.stack.identity.sessions.living(call.actor, call.at)
    return answers.plain({"data": [_shown(one, _caller(call)) for one in living]})


@routes.report(PATH + "/{session_id}/revocation", SessionsEnded, problems=("not_found",))
async def revoke_session(call: Creation, session_id: str) -> Response:
    """End one of your sessions: sign out here, or on a telephone that is lost.

    Its refresh token is worth nothing at once, its access tokens within 5 s. Ending it twice changes nothing.
    """
    wanted = id_in_path(Prefix.SESSION, session_id)
    why = End.SIGNED_OUT if wanted == _caller(call).session_id else End.REVOKED
    if not await call.stack.identity.sessions.revoke(call.actor, wanted, why=why):
        raise NotFound
    answer = answers.plain({"ended": 1})
    return without_cookie(answer) if why is End.SIGNED_OUT and wants_cookie(call.request) else answer


@routes.report(f"{PATH}/revocation", SessionsEnded)
async def revoke_other_sessions(call: Creation) -> Response:
    """End all your sessions but this one.

    An access token that was made without signing in belongs to no session: then all of them end.
    """
    account_id = account_of(call.actor)
    if account_id is None:
        return answers.plain({"ended": 0})
    sessions, this = call.stack.identity.sessions, _caller(call).session_id
    return answers.plain({"ended": await sessions.revoke_all(account_id, call.tenant, call.at, but=this)})


def shown_pair(pair: Pair) -> dict[str, object]:
    """A pair of tokens, as every way to sign in answers with it."""
    return {
        "access_token": pair.access_token,
        "token_type": "Bearer",
        "expires_in": pair.expires_in_s,
        "refresh_token": pair.refresh_token,
        "refresh_until": pair.refresh_until,
        "session_id": show(Prefix.SESSION, pair.session_id),
    }


def _caller(call: Call) -> Caller:
    caller: Caller = call.request.scope["state"]["caller"]
    return caller


def _shown(session: Session, caller: Caller) -> dict[str, object]:
    return {
        "id": show(Prefix.SESSION, session.session_id),
        "label": session.label,
        "amr": session.amr,
        "opened_at": session.opened_at,
        "used_at": session.used_at,
        "lives_until": session.lives_until,
        "is_this": session.session_id == caller.session_id,
    }
