"""Who does a signed access token speak for, and how is one signed?"""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, cast

from joserfc import jwt
from joserfc.errors import JoseError

from domain.ids import BadId, Prefix, parse, show
from infra.identity.claims import BadClaims, actor_of, claims_of
from infra.identity.ended_sessions import EndedSessions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta
    from uuid import UUID

    from domain.actor import Actor
    from infra.identity.key_ring import KeyRing

ALGORITHM: Final = "Ed25519"
"""EdDSA over one curve, by the name that RFC 9864 gave it: no header can choose another."""
TYPE: Final = "at+jwt"
ISSUER: Final = "vehicaid"
AUDIENCE: Final = "vehicaid-api"
HEADER: Final = frozenset({"alg", "typ", "kid"})
KID: Final = re.compile(r"[0-9a-f]{16}")
# 5 s: clocks of machines in one site differ by less; more would only lengthen a stolen token's life.
LEEWAY_S: Final = 5
# 16,384 callers: more than talk to one process within a token's quarter of an hour; 25 MB at most.
REMEMBERED: Final = 16_384
# Ours have some 500 characters; nothing longer is read at all.
MAX_TOKEN_CHARS: Final = 2048


class BadToken(Exception):
    """The token is not one of ours, not for us, or not valid now; says nothing more on purpose."""


class UnknownKey(BadToken):
    """No key of that name is known here, or not any more: another process may have made one a moment ago."""


class NotHeardYet(Exception):
    """This process does not know yet which sessions have ended."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a token speaks for, in which session, and how they had shown who they are."""

    actor: Actor
    session_id: UUID | None
    amr: tuple[str, ...]
    not_after: float
    scopes: frozenset[str] | None = None
    """What an API key may do; None for a token, which may do all that its role may."""


class TokenAuthority:
    """Signs and verifies access tokens with one pinned algorithm and the keys of a ring.

    Verified tokens are remembered until they expire: verification costs more than the rest of a small request.
    """

    def __init__(self, ring: KeyRing, ttl_s: int, ended: EndedSessions | None = None) -> None:
        self.ring = ring
        self.ttl_s = ttl_s
        self.ended = ended or EndedSessions()
        self._edition = ring.edition
        self._known: OrderedDict[str, Caller] = OrderedDict()

    def sign(
        self,
        actor: Actor,
        now: datetime,
        *,
        session_id: UUID | None = None,
        amr: Sequence[str] = (),
        token_id: str = "",
        life: timedelta | None = None,
    ) -> str:
        """An access token for this actor; raises NoSigningKey. The same arguments give the same token.

        It lives for ``life`` at the most, and never longer than any other.
        """
        issued = int(now.timestamp())
        life_s = self.ttl_s if life is None else min(self.ttl_s, int(life.total_seconds()))
        claims: dict[str, object] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            **claims_of(actor),
            "iat": issued,
            "exp": issued + life_s,
            "jti": token_id or secrets.token_hex(8),
        }
        if session_id is not None:
            claims["sid"] = show(Prefix.SESSION, session_id)
        if amr:
            claims["amr"] = list(amr)
        kid, key = self.ring.signer(now)
        return jwt.encode({"alg": ALGORITHM, "typ": TYPE, "kid": kid}, claims, key, [ALGORITHM])

    def verify(self, token: str, now: datetime) -> Caller:
        """Whom the token speaks for; raises BadToken or NotHeardYet."""
        if self._edition != self.ring.edition:
            self._edition = self.ring.edition
            self._known.clear()
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
        by = known.actor.impersonator
        if known.session_id in self.ended.ids or (by is not None and by.session_id in self.ended.ids):
            raise BadToken
        return known

    def _examine(self, token: str, instant: float) -> Caller:
        if len(token) > MAX_TOKEN_CHARS or token.count(".") != 2:
            raise BadToken
        head, body, seal = token.split(".")
        header = _members(head)
        kid = header.get("kid")
        if header.keys() != HEADER or header["alg"] != ALGORITHM or header["typ"] != TYPE:
            raise BadToken
        if not isinstance(kid, str) or not KID.fullmatch(kid):
            raise BadToken
        key = self.ring.verifier(kid, datetime.fromtimestamp(instant, UTC))
        if key is None:
            raise UnknownKey
        _spelt(seal)
        try:
            jwt.decode(token, key, algorithms=[ALGORITHM])
        except (JoseError, ValueError, TypeError) as error:
            raise BadToken from error
        caller = _caller_of(_members(body), instant)
        if caller.session_id is not None and not self.ended.is_heard:
            raise NotHeardYet
        return caller


def _caller_of(claims: dict[str, object], instant: float) -> Caller:
    issued, expires, not_before = claims.get("iat"), claims.get("exp"), claims.get("nbf", 0)
    if claims.get("iss") != ISSUER or claims.get("aud") != AUDIENCE:
        raise BadToken
    if type(issued) is not int or type(expires) is not int or type(not_before) is not int:
        raise BadToken
    if max(issued, not_before) > instant + LEEWAY_S or expires <= issued:
        raise BadToken
    sid, amr = claims.get("sid"), claims.get("amr", [])
    if not isinstance(amr, list) or not all(isinstance(one, str) for one in amr):
        raise BadToken
    try:
        session_id = None if sid is None else parse(Prefix.SESSION, sid if isinstance(sid, str) else "")
        actor = actor_of(claims)
    except (BadId, BadClaims) as error:
        raise BadToken from error
    return Caller(actor, session_id, tuple(cast("list[str]", amr)), expires + LEEWAY_S)


def _members(part: str) -> dict[str, object]:
    """The object that this part of a token tells; raises BadToken, also for a name told twice."""
    try:
        found = json.loads(_spelt(part), object_pairs_hook=_once_each)
    except (ValueError, RecursionError) as error:
        raise BadToken from error
    if not isinstance(found, dict):
        raise BadToken
    return cast("dict[str, object]", found)


def _spelt(part: str) -> bytes:
    """The bytes that this part is the only spelling of: otherwise one token would have several."""
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadToken from error
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != part:
        raise BadToken
    return raw


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is told twice")
    return found
