"""With which public keys does anybody check our access tokens?"""

from fastapi import APIRouter, Request
from starlette.responses import Response

from infra.identity.access_tokens import TokenAuthority
from interfaces.http import answers

# 5 min: whoever keeps them looks again when a token names a key that they do not know.
KEPT_FOR_S = 300

router = APIRouter(include_in_schema=False)


@router.get("/.well-known/jwks.json")
async def public_keys(request: Request) -> Response:
    """A JWK Set (RFC 7517): the keys that sign, those that still verify, and those to come."""
    authority: TokenAuthority = request.scope["app"].state.authority
    told = answers.plain({"keys": authority.ring.published(request.scope["state"]["at"])})
    told.headers["Cache-Control"] = f"public, max-age={KEPT_FOR_S}"
    return told
