"""How does somebody on this machine get an access token?"""

from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.actor import Actor, Role
from domain.ids import BadId, new_id
from infra.identity.access_tokens import TokenAuthority
from infra.identity.claims import actor_for, show_subject
from interfaces.http import answers
from interfaces.http.described import responses_of
from interfaces.http.problems import FieldError, Problem
from interfaces.http.routing import OpenRoute
from interfaces.http.shapes.tokens import TokenBody, TokenMade

CODES = (
    "malformed_request",
    "unknown_route",
    "body_too_large",
    "unsupported_media_type",
    "validation_failed",
    "internal_error",
    "overloaded",
)

router = APIRouter(tags=["Tokens"], route_class=OpenRoute)


@router.post(
    "/v1/tokens",
    operation_id="make_token",
    summary="Make an access token for local use",
    status_code=201,
    response_model=TokenMade,
    responses=responses_of(201, CODES, is_command=False),
)
async def make_token(request: Request, body: TokenBody) -> Response:
    """Only where the deployment runs locally: elsewhere this address does not exist.

    Whoever issues tokens in production signs the same claims.
    """
    state = request.scope["app"].state
    if state.stack.settings.environment != "local":
        raise Problem("unknown_route")
    authority: TokenAuthority = state.authority
    at: datetime = request.scope["state"]["at"]
    actor = _actor(body, at)
    return answers.plain(
        {
            "access_token": authority.sign(actor, at),
            "token_type": "Bearer",
            "expires_in": authority.ttl_s,
            "role": actor.role,
            "subject": show_subject(actor),
            "tenant": actor.tenant,
        },
        201,
    )


def _actor(body: TokenBody, at: datetime) -> Actor:
    if body.subject is not None:
        return _named(body, body.subject)
    if body.role is Role.PROVIDER:
        raise Problem("validation_failed", errors=[FieldError("/subject", "a provider's token needs its prv_ id")])
    if body.role is Role.SYSTEM:
        raise Problem("validation_failed", errors=[FieldError("/subject", "a system token needs a name")])
    return Actor(body.role, new_id(at), body.tenant)


def _named(body: TokenBody, subject: str) -> Actor:
    try:
        return actor_for(body.role, subject, body.tenant)
    except BadId as error:
        raise Problem("validation_failed", errors=[FieldError("/subject", error.detail)]) from error
