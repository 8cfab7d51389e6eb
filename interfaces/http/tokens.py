"""Who is calling? Whoever the signed access token says; the claims outlive the issuer."""

import hashlib
import re
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from domain.actor import Actor, Role
from domain.ids import BadId, Prefix, parse, show
from domain.refusal import Refusal

ALGORITHM: Final = "HS256"
ISSUER: Final = "vehicaid"
AUDIENCE: Final = "vehicaid-api"
# 5 s: clocks of machines in one site differ by less; more would only lengthen a stolen token's life.
LEEWAY_S: Final = 5
# 4,096 callers: far more than talk to one process within a token's ten minutes; 4 MB at most.
REMEMBERED: Final = 4096
MAX_TOKEN_CHARS: Final = 2048
TENANT_PATTERN: Final = r"^[a-z][a-z0-9_-]{1,39}$"


class BadToken(Exception):
    """The token is not one of ours, not for us, or not valid now; says nothing more on purpose."""


@dataclass(frozen=True, slots=True)
class _Known:
    actor: Actor
    not_after: float


class TokenAuthority:
    """Signs and verifies access tokens with one pinned algorithm and one key.

    Verified tokens are remembered until they expire: verification costs more than the rest of a small request.
    """

    def __init__(self, key: bytes, ttl_s: int) -> None:
        self._key = OctKey.import_key(hashlib.sha256(b"vehicaid access token\n" + key).digest())
        self._kid = hashlib.sha256(b"kid\n" + key).hexdigest()[:16]
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self.ttl_s = ttl_s

    def sign(self, actor: Actor, now: datetime) -> str:
        """An access token for this actor."""
        issued = int(now.timestamp())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject_of(actor),
            "role": actor.role.value,
            "tenant": actor.tenant,
            "iat": issued,
            "exp": issued + self.ttl_s,
            "jti": secrets.token_hex(8),
        }
        return jwt.encode({"alg": ALGORITHM, "typ": "JWT", "kid": self._kid}, claims, self._key, [ALGORITHM])

    def verify(self, token: str, now: datetime) -> Actor:
        """Who the token speaks for; raises BadToken."""
        instant = now.timestamp()
        known = self._known.get(token)
        if known is None:
            known = self._examine(token, instant)
            self._known[token] = known
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        if instant >= known.not_after:
            self._known.pop(token, None)
            raise BadToken
        return known.actor

    def _examine(self, token: str, instant: float) -> _Known:
        if len(token) > MAX_TOKEN_CHARS:
            raise BadToken
        try:
            read = jwt.decode(token, self._key, algorithms=[ALGORITHM])
        except (JoseError, ValueError, TypeError) as error:
            raise BadToken from error
        claims = read.claims
        issued, expires = claims.get("iat"), claims.get("exp")
        if read.header.get("kid") != self._kid or claims.get("iss") != ISSUER or claims.get("aud") != AUDIENCE:
            raise BadToken
        if not isinstance(issued, int) or not isinstance(expires, int) or issued > instant + LEEWAY_S:
            raise BadToken
        return _Known(actor_of(claims), expires + LEEWAY_S)


def subject_of(actor: Actor) -> str:
    """The subject claim: a prefixed id, or the name of one of our own processes."""
    return actor.text.partition(":")[2]


def actor_of(claims: dict[str, object]) -> Actor:
    """The actor that the claims describe; raises BadToken when they describe none."""
    role, subject, tenant = claims.get("role"), claims.get("sub"), claims.get("tenant")
    if not isinstance(subject, str) or not isinstance(tenant, str) or not isinstance(role, str):
        raise BadToken
    if not re.fullmatch(TENANT_PATTERN, tenant):
        raise BadToken
    try:
        return actor_for(Role(role), subject, tenant)
    except (ValueError, Refusal) as error:
        raise BadToken from error


def actor_for(role: Role, subject: str, tenant: str) -> Actor:
    """An actor from its parts as text; raises BadId for a subject that does not fit the role."""
    if role is Role.SYSTEM:
        if not re.fullmatch(TENANT_PATTERN, subject):
            raise BadId("a system's subject is its name: lower-case letters, digits, - and _")
        return Actor.system(subject, tenant)
    return Actor(role, parse(prefix_for(role), subject), tenant)


def prefix_for(role: Role) -> Prefix:
    """What the subject of a role is: a provider's token speaks for the company, all others for a person."""
    return Prefix.PROVIDER if role is Role.PROVIDER else Prefix.USER


def show_subject(actor: Actor) -> str:
    """The subject as the API shows it."""
    return actor.name if actor.subject_id is None else show(prefix_for(actor.role), actor.subject_id)
