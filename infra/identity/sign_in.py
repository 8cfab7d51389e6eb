"""How do people show who they are? By a code to their telephone, a link or a code to their mailbox, or a password."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from application.security_log import NothingNoted, SecurityKind
from domain.account_terms import HandleKind
from domain.ids import Prefix, new_id, show
from infra.identity.challenge import Challenge, ProofRefused, Purpose, TooManyAsked, resend_wait_s
from infra.identity.people import Wanted, needs_second_factor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from application.security_log import SecurityLog
    from domain.account import Account
    from domain.actor import Actor
    from infra.identity.passwords import Passwords
    from infra.identity.people import People
    from infra.identity.postgres_proofs import PostgresProofs
    from infra.identity.proof_keys import ProofKeys
    from infra.identity.sessions import Pair, Sessions
    from infra.proof_settings import ProofSettings

# Wrong passwords are forgotten after a quarter of an hour: long enough for a program, short enough for a person.
TRIES_WITHIN: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Device:
    """On what somebody signs in, and from where."""

    name: str = ""
    """A secret of its own that it tells again at each refresh."""
    label: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """Something was asked; the answer is the same whether anybody is known by that handle or not."""

    challenge_id: UUID
    expires_at: datetime
    resend_after_s: int


class SignIn:
    """Every method may raise LogUnavailable; none tells whether a telephone or mailbox is known."""

    def __init__(
        self,
        proofs: PostgresProofs,
        keys: ProofKeys,
        passwords: Passwords,
        people: People,
        sessions: Sessions,
        settings: ProofSettings,
        security: SecurityLog | None = None,
    ) -> None:
        self.proofs = proofs
        self.keys = keys
        self.passwords = passwords
        self.people = people
        self._sessions = sessions
        self.settings = settings
        self.security = security or NothingNoted()

    async def ask_phone(self, tenant: str, phone: str, device: Device, at: datetime) -> Begun:
        """Send a code to a telephone; nobody looks whose it is. Raises TooManyAsked."""
        return await self._ask(Purpose.SIGN_IN, tenant, HandleKind.PHONE, phone, device, at)

    async def ask_link(self, tenant: str, email: str, device: Device, at: datetime) -> Begun:
        """Send a link to a mailbox; nobody looks whose it is. Raises TooManyAsked."""
        return await self._ask(Purpose.LINK, tenant, HandleKind.EMAIL, email, device, at)

    async def register(self, tenant: str, email: str, password: str, device: Device, at: datetime) -> Begun:
        """Send a code to a mailbox, and let a password wait for it; one who is known is told so by mail, not here.

        Raises WeakPassword, PasswordsBusy or TooManyAsked.
        """
        await self.passwords.check(password, email)
        kept = await self.passwords.hash(password)
        return await self._ask(Purpose.REGISTER, tenant, HandleKind.EMAIL, email, device, at, kept)

    async def by_code(
        self, challenge_id: UUID, code: str, purpose: Purpose, device: Device, wanted: Wanted, at: datetime
    ) -> Pair:
        """Sign in by the six digits that were sent. Raises ProofRefused, or what ``actor_as`` raises."""
        challenge = await self.proofs.take_try(challenge_id, (purpose,), self.settings.tries_per_code, at)
        # Compared in any case, so that the time does not tell whether there is such a challenge.
        is_right = hmac.compare_digest(code.encode(), self.keys.code(challenge_id).encode())
        if challenge is None or not is_right or not await self._may_use(challenge, at):
            raise self.refused("code", at, challenge)
        account = await self.people.proven(challenge, at)
        if challenge.password_hash is not None:
            await self.proofs.set_password(challenge.tenant, account.id, challenge.password_hash, at)
        amr = ("sms",) if purpose is Purpose.SIGN_IN else ("pwd", "email")
        return await self._open(account, challenge.tenant, wanted, amr, device, at)

    async def by_link(self, text: str, device: Device, wanted: Wanted, at: datetime) -> Pair:
        """Sign in by a link that was followed. Raises ProofRefused, or what ``actor_as`` raises."""
        challenge = await self.shown_link(text, Purpose.LINK, at)
        account = await self.people.proven(challenge, at)
        return await self._open(account, challenge.tenant, wanted, ("email",), device, at)

    async def shown_link(self, text: str, purpose: Purpose, at: datetime) -> Challenge:
        """The challenge whose link this is, used now. Raises ProofRefused."""
        challenge_id = self.keys.read_link(text)
        if challenge_id is None:
            raise self.refused("link", at)
        challenge = await self.proofs.take_try(challenge_id, (purpose,), self.settings.tries_per_code, at)
        if challenge is None or not await self.proofs.use(challenge_id, at):
            raise self.refused("link", at, challenge)
        return challenge

    async def by_password(
        self, tenant: str, email: str, password: str, device: Device, wanted: Wanted, at: datetime
    ) -> Pair | Begun:
        """Sign in by mailbox and password; whoever works for us is asked for a second factor next.

        The same two questions and one hash, whether the mailbox is known, has a password, or neither.
        Raises ProofRefused, TooManyAsked, PasswordsBusy, or what ``actor_as`` raises.
        """
        index = self.keys.blind_index(tenant, HandleKind.EMAIL, email)
        tries = (new_id(at), new_id(at))
        address = self.keys.asked_from(device.address)
        by_handle, by_address = await self.proofs.note_try(tenant, index, address, tries, at, TRIES_WITHIN)
        if by_handle >= self.settings.passwords_per_handle or by_address >= self.settings.passwords_per_address:
            await self.proofs.forgive(tries)
            self.security.note(SecurityKind.LOGIN_FAILED, tenant=tenant, at=at, detail="too_many")
            raise TooManyAsked(retry_after_s=int(TRIES_WITHIN.total_seconds()))
        account_id, kept = await self.proofs.password_of(tenant, index)
        fits = await self.passwords.fits(kept, password)
        account = await self.people.account(tenant, account_id) if fits and account_id is not None else None
        if account is None or account_id is None or kept is None:
            whose = "" if account_id is None else show(Prefix.USER, account_id)
            self.security.note(SecurityKind.LOGIN_FAILED, tenant=tenant, at=at, object_id=whose, detail="password")
            raise ProofRefused
        await self.proofs.forgive(tries)
        if self.passwords.is_outdated(kept):
            await self.proofs.set_password(tenant, account_id, await self.passwords.hash(password), at)
        actor = await self.people.acting(account, tenant, wanted)
        if needs_second_factor(actor):
            return await self._ask_second(account_id, tenant, actor, device, at)
        return await self.opened(actor, ("pwd",), device, at)

    async def opened(self, actor: Actor, amr: Sequence[str], device: Device, at: datetime) -> Pair:
        """A session for somebody who has shown enough."""
        return await self._sessions.open(actor, amr=amr, device=device.name, at=at, label=device.label)

    def refused(self, detail: str, at: datetime, challenge: Challenge | None = None) -> ProofRefused:
        """What to raise, once it is noted: whose challenge it was, when it was one, and by what they tried."""
        tenant, whose, kind = "", "", SecurityKind.LOGIN_FAILED
        if challenge is not None:
            tenant = challenge.tenant
            whose = "" if challenge.account_id is None else show(Prefix.USER, challenge.account_id)
            if challenge.purpose is Purpose.SECOND_FACTOR:
                kind = SecurityKind.SECOND_FACTOR_FAILED
        self.security.note(kind, tenant=tenant, at=at, object_id=whose, detail=detail)
        return ProofRefused()

    async def _may_use(self, challenge: Challenge, at: datetime) -> bool:
        """Whether this is the first right answer, and a registration is of nobody who is known already."""
        if not await self.proofs.use(challenge.challenge_id, at):
            return False
        if challenge.purpose is not Purpose.REGISTER or challenge.kind is None or challenge.blind_index is None:
            return True
        return await self.proofs.whose(challenge.tenant, challenge.kind, challenge.blind_index) is None

    async def _ask(
        self,
        purpose: Purpose,
        tenant: str,
        kind: HandleKind,
        value: str,
        device: Device,
        at: datetime,
        password_hash: str | None = None,
    ) -> Begun:
        challenge_id = new_id(at)
        lives_s = self.settings.link_lives_s if purpose is Purpose.LINK else self.settings.code_lives_s
        challenge = Challenge(
            challenge_id=challenge_id,
            tenant=tenant,
            purpose=purpose,
            asked_from=self.keys.asked_from(device.address),
            asked_at=at,
            expires_at=at + timedelta(seconds=lives_s),
            kind=kind,
            blind_index=self.keys.blind_index(tenant, kind, value),
            sealed=self.keys.seal(challenge_id, value),
            password_hash=password_hash,
        )
        before = await self.proofs.ask(challenge, self.settings)
        return Begun(challenge_id, challenge.expires_at, resend_wait_s(before + 1, self.settings))

    async def _ask_second(self, account_id: UUID, tenant: str, actor: Actor, device: Device, at: datetime) -> Begun:
        challenge = Challenge(
            challenge_id=new_id(at),
            tenant=tenant,
            purpose=Purpose.SECOND_FACTOR,
            asked_from=self.keys.asked_from(device.address),
            asked_at=at,
            expires_at=at + timedelta(seconds=self.settings.code_lives_s),
            sealed=self.keys.seal(account_id, actor.role.value),
            account_id=account_id,
            is_sent=False,
        )
        await self.proofs.add(challenge)
        return Begun(challenge.challenge_id, challenge.expires_at, 0)

    async def _open(
        self, account: Account, tenant: str, wanted: Wanted, amr: Sequence[str], device: Device, at: datetime
    ) -> Pair:
        actor = await self.people.acting(account, tenant, wanted)
        if needs_second_factor(actor):
            self.security.note(
                SecurityKind.LOGIN_FAILED, tenant=tenant, at=at, actor=actor.text, detail="second_factor_missing"
            )
            raise ProofRefused
        return await self.opened(actor, amr, device, at)
