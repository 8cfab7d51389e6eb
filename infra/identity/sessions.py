"""How does a session begin, go on by its refresh tokens, and end?"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from application.security_log import NothingNoted, SecurityKind
from domain.account_terms import OF_STAFF
from domain.ids import Prefix, new_id, show
from domain.refusal import BadInput, Refusal
from infra.identity.refresh_token import SALT_BYTES, SECRET_BYTES, RefreshToken, RefreshTokens, read
from infra.identity.session import End, Session, Step
from infra.identity.session_table import Rotation
from infra.telemetry import metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from application.security_log import SecurityLog
    from domain.actor import Actor
    from infra.identity.access_tokens import TokenAuthority
    from infra.identity.session_table import SessionTable
    from infra.session_settings import SessionSettings

# Each time another refresh of the same token was quicker; then the answer is theirs, so twice would do.
MOST_TRIES: Final = 5
# 128 characters: a UUID, or whatever else a device calls itself.
MOST_DEVICE_CHARS: Final = 128
MOST_LABEL_CHARS: Final = 64
SIGN_IN_AGAIN: Final = "sign in again"
STOLEN: Final = frozenset({End.REUSED, End.OTHER_DEVICE})


class SessionOver(Refusal):
    """This refresh token opens nothing; whether it was ever one of ours is nobody's business."""

    code = "session_over"


@dataclass(frozen=True, slots=True)
class Pair:
    """What a device gets when it signs in, and again each time that it refreshes."""

    access_token: str
    refresh_token: str
    session_id: UUID
    expires_in_s: int
    """Of the access token."""
    refresh_until: datetime
    """Unless it is used before then, the session is over."""


class Standing(Protocol):
    """Knows whether somebody may still act as they could when they signed in."""

    async def holds(self, session: Session) -> bool:
        """False ends the session."""
        ...


class Sessions:
    """Opens, refreshes, lists and ends sessions. Every method may raise LogUnavailable."""

    def __init__(
        self,
        table: SessionTable,
        tokens: RefreshTokens,
        authority: TokenAuthority,
        settings: SessionSettings,
        standing: Standing | None = None,
        chance: Callable[[int], bytes] = os.urandom,
        security: SecurityLog | None = None,
    ) -> None:
        self._table = table
        self._tokens = tokens
        self._authority = authority
        self._settings = settings
        self._grace = timedelta(seconds=settings.refresh_grace_s)
        self._standing = standing
        self._chance = chance
        self._security = security or NothingNoted()

    async def open(self, actor: Actor, *, amr: Sequence[str], device: str, at: datetime, label: str = "") -> Pair:
        """Begin a session for somebody who has just shown who they are.

        ``amr`` says how (RFC 8176: pwd, otp, sms, ...). ``device`` is what the device calls itself, a secret of its
        own that it has to tell again at each refresh; empty where it has none. ``label`` is what the person will know
        the device by, as coarse as `Firefox on Android`: nothing that is personal. Raises BadInput for an actor who
        is nobody's account, or a text that is too long.
        """
        account_id = account_of(actor)
        if account_id is None:
            raise BadInput("our own processes have no sessions")
        if len(device) > MOST_DEVICE_CHARS or len(label) > MOST_LABEL_CHARS:
            raise BadInput("the device's name is too long")
        session_id = new_id(at)
        token = self._tokens.first(session_id, self._chance(SECRET_BYTES))
        life_s = self._settings.staff_session_life_s if actor.role in OF_STAFF else self._settings.session_life_s
        ends_by = at + timedelta(seconds=life_s)
        session = Session(
            session_id=session_id,
            account_id=account_id,
            actor=actor,
            amr=tuple(amr),
            device=_digest(device),
            label=label,
            opened_at=at,
            used_at=at,
            lives_until=self._lives_until(actor, at, ends_by),
            ends_by=ends_by,
            live=token.digest,
        )
        await self._make_room(session, at)
        await self._table.add(session)
        metrics.sessions_opened.inc()
        told, how = show(Prefix.SESSION, session_id), "_".join(amr)
        self._security.note(
            SecurityKind.LOGIN, tenant=actor.tenant, at=at, actor=actor.text, object_id=told, detail=how
        )
        return self._pair(session, token)

    async def refresh(self, text: str, *, device: str, at: datetime) -> Pair:
        """The next pair for a live refresh token; the same pair again within the grace. Raises SessionOver.

        A token that was used before, or comes from another device, ends the session: whoever has the other copy is
        signed out too, since nobody can tell which of them is the thief.
        """
        token = read(text)
        if token is not None:
            for _ in range(MOST_TRIES):
                session = await self._table.find(token.session_id)
                if session is None:
                    break
                pair = await self._continued(session, token, _digest(device), at)
                if pair is not None:
                    return pair
        raise SessionOver(SIGN_IN_AGAIN)

    async def living(self, actor: Actor, at: datetime) -> list[Session]:
        """The sessions of whoever acts that live, the last used first."""
        account_id = account_of(actor)
        return [] if account_id is None else await self._table.living(actor.tenant, account_id, at)

    async def revoke(self, actor: Actor, session_id: UUID, *, why: End = End.REVOKED) -> bool:
        """End one of the own sessions; False when there is no such session of theirs. Ending it twice is no news."""
        session = await self._table.find(session_id)
        is_theirs = session is not None and session.actor.tenant == actor.tenant
        if session is None or not is_theirs or session.account_id != account_of(actor):
            return False
        await self._end(actor.tenant, [session_id], why)
        return True

    async def revoke_all(self, account_id: UUID, tenant: str, at: datetime, *, but: UUID | None = None) -> int:
        """End every session of an account, except one; how many those were.

        For a changed password, a withdrawn role, a suspension, or a person who lost a telephone.
        """
        living = [one.session_id for one in await self._table.living(tenant, account_id, at)]
        return len(await self._end(tenant, [one for one in living if one != but], End.REVOKED))

    async def forget(self, account_id: UUID, tenant: str) -> int:
        """A person is erased: end every session, and keep neither device nor label; how many still lived."""
        ended = await self._table.forget(tenant, account_id)
        self._hear(tenant, ended, End.ERASED)
        return len(ended)

    async def _make_room(self, session: Session, at: datetime) -> None:
        tenant = session.actor.tenant
        living = await self._table.living(tenant, session.account_id, at)
        surplus = living[self._settings.sessions_per_account - 1 :]
        if surplus:
            await self._end(tenant, [one.session_id for one in surplus], End.TOO_MANY)

    async def _continued(self, session: Session, token: RefreshToken, device: bytes, at: datetime) -> Pair | None:
        """None when another refresh was quicker: then the row has to be read again. Raises SessionOver."""
        step = session.step(token.digest, device, at, self._grace, is_ours=self._tokens.is_ours(token))
        metrics.refreshes.labels(step.value).inc()
        if step is Step.ROTATE:
            if self._standing is not None and not await self._standing.holds(session):
                await self._end(session.actor.tenant, [session.session_id], End.WITHDRAWN)
                raise SessionOver(SIGN_IN_AGAIN)
            return await self._rotated(session, token, at)
        if step is Step.REPEAT:
            return self._repeated(session, token)
        if step is not Step.REFUSE:
            await self._end(session.actor.tenant, [session.session_id], End(step.value), session.actor)
        raise SessionOver(SIGN_IN_AGAIN)

    async def _rotated(self, session: Session, token: RefreshToken, at: datetime) -> Pair | None:
        salt = self._chance(SALT_BYTES)
        successor = self._tokens.next(token, salt)
        lives_until = self._lives_until(session.actor, at, session.ends_by)
        rotation = Rotation(session.session_id, token.digest, successor.digest, salt, at, lives_until)
        if not await self._table.rotate(rotation):
            return None
        return self._pair(replace(session, used_at=at, lives_until=lives_until, live=successor.digest), successor)

    def _repeated(self, session: Session, token: RefreshToken) -> Pair:
        successor = self._tokens.next(token, session.salt or b"")
        if successor.digest != session.live:
            # Our key was changed within these seconds: nobody's fault, and nothing that we could give.
            raise SessionOver(SIGN_IN_AGAIN)
        return self._pair(session, successor)

    def _pair(self, session: Session, token: RefreshToken) -> Pair:
        """Everything in it follows from the session's row and the token, so that it can be given once more."""
        token_id = hashlib.blake2b(token.digest, person=b"access token", digest_size=8).hexdigest()
        access = self._authority.sign(
            session.actor, session.used_at, session_id=session.session_id, amr=session.amr, token_id=token_id
        )
        return Pair(access, token.text, session.session_id, self._authority.ttl_s, session.lives_until)

    def _lives_until(self, actor: Actor, at: datetime, ends_by: datetime) -> datetime:
        idle_s = self._settings.staff_session_idle_s if actor.role in OF_STAFF else self._settings.session_idle_s
        return min(at + timedelta(seconds=idle_s), ends_by)

    async def _end(self, tenant: str, session_ids: Sequence[UUID], why: End, whose: Actor | None = None) -> list[UUID]:
        ended = await self._table.end(tenant, session_ids, why)
        self._hear(tenant, ended, why, "" if whose is None else whose.text)
        return ended

    def _hear(self, tenant: str, ended: Sequence[UUID], why: End, actor: str = "") -> None:
        """This process need not wait until it asks again; whoever acts is known to the security log."""
        self._authority.ended.note(ended)
        metrics.sessions_ended.labels(why.value).inc(len(ended))
        kind, now = SecurityKind.REFRESH_REUSED if why in STOLEN else SecurityKind.SESSION_ENDED, datetime.now(UTC)
        for one in ended:
            told = show(Prefix.SESSION, one)
            self._security.note(kind, tenant=tenant, at=now, actor=actor, object_id=told, detail=why.value)


def account_of(actor: Actor) -> UUID | None:
    """The person behind a token, or the company where nobody is named; None for our own processes."""
    return actor.person_id or actor.subject_id


def _digest(device: str) -> bytes:
    return hashlib.sha256(b"device\n" + device.encode()).digest()
