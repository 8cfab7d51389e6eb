"""How do those who work for us set up how they sign in, and show their second factor?"""

from __future__ import annotations

import base64
import os
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from application.security_log import SecurityKind
from domain.actor import Role
from domain.ids import Prefix, new_id, show
from infra.identity import totp
from infra.identity.challenge import Challenge, ProofRefused, Purpose
from infra.identity.people import Wanted, actor_as

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from infra.identity.sessions import Pair
    from infra.identity.sign_in import Device, SignIn

# 10, as most services print: enough for some lost telephones, few enough to be kept on paper.
RECOVERY_CODES: Final = 10
ISSUER: Final = "VehicAid"
SIX_DIGITS: Final = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Shown once: what goes into an authenticator, and what is kept on paper."""

    account_id: UUID
    secret: str
    uri: str
    recovery_codes: tuple[str, ...]


class StaffSignIn:
    """Set-up links, authenticators and recovery codes. Every method may raise LogUnavailable."""

    def __init__(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in
        self._proofs = sign_in.proofs
        self._keys = sign_in.keys

    async def begin_set_up(self, account_id: UUID, tenant: str, handle: str, at: datetime) -> str:
        """A link by which somebody chooses a password and gets a second factor; good once, for a day."""
        challenge_id = new_id(at)
        challenge = Challenge(
            challenge_id=challenge_id,
            tenant=tenant,
            purpose=Purpose.SET_UP,
            asked_from=b"",
            asked_at=at,
            expires_at=at + timedelta(seconds=self._sign_in.settings.setup_lives_s),
            sealed=self._keys.seal(challenge_id, handle),
            account_id=account_id,
            is_sent=False,
        )
        await self._proofs.add(challenge)
        return self._keys.link(challenge_id)

    async def set_up(self, link: str, password: str, at: datetime) -> Enrolled:
        """Choose a password, and get a second factor instead of whatever there was.

        Raises WeakPassword (then the link is still good), ProofRefused or PasswordsBusy.
        """
        await self._sign_in.passwords.check(password, "", is_staff=True)
        kept = await self._sign_in.passwords.hash(password)
        challenge = await self._sign_in.shown_link(link, Purpose.SET_UP, at)
        account_id = challenge.account_id
        if account_id is None:
            raise self._sign_in.refused("set_up", at, challenge)
        secret = os.urandom(totp.SECRET_BYTES)
        codes = tuple(self._keys.new_recovery_code() for _ in range(RECOVERY_CODES))
        await self._proofs.set_password(challenge.tenant, account_id, kept, at)
        sealed = self._keys.seal(account_id, secret.hex())
        digests = [self._keys.recovery_digest(account_id, code) for code in codes]
        await self._proofs.set_second(challenge.tenant, account_id, sealed, digests)
        self._sign_in.security.note(
            SecurityKind.CREDENTIALS_SET,
            tenant=challenge.tenant,
            at=at,
            object_id=show(Prefix.USER, account_id),
            detail="set_up",
        )
        uri = totp.key_uri(secret, ISSUER, f"{challenge.tenant} {account_id.hex[:8]}")
        return Enrolled(account_id, base64.b32encode(secret).decode(), uri, codes)

    async def by_second_factor(self, challenge_id: UUID, code: str, device: Device, at: datetime) -> Pair:
        """Sign in by an authenticator's code or a recovery code. Raises ProofRefused, or what ``actor_as`` raises."""
        most = self._sign_in.settings.tries_per_code
        challenge = await self._proofs.take_try(challenge_id, (Purpose.SECOND_FACTOR,), most, at)
        account_id = challenge.account_id if challenge is not None else None
        if challenge is None or account_id is None or not await self._is_theirs(challenge.tenant, account_id, code, at):
            raise self._sign_in.refused("second_factor", at, challenge)
        if not await self._proofs.use(challenge_id, at):
            raise self._sign_in.refused("second_factor", at, challenge)
        account = await self._sign_in.people.account(challenge.tenant, account_id)
        role = self._keys.open(account_id, challenge.sealed or b"")
        if account is None or role is None:
            raise ProofRefused
        actor = actor_as(account, challenge.tenant, Wanted(Role(role)))
        return await self._sign_in.opened(actor, ("pwd", "otp", "mfa"), device, at)

    async def _is_theirs(self, tenant: str, account_id: UUID, code: str, at: datetime) -> bool:
        """Whether the code is right and nobody used it before: of all that show it at once, one is let in."""
        second = await self._proofs.second_of(tenant, account_id)
        told = self._keys.open(account_id, bytes(second.sealed)) if second.sealed is not None else None
        if told is None:
            return False
        if not SIX_DIGITS.fullmatch(code):
            return await self._proofs.spend_recovery(tenant, account_id, self._keys.recovery_digest(account_id, code))
        step = totp.matching_step(bytes.fromhex(told), code, at, second.last_step)
        return step is not None and await self._proofs.move_step(tenant, account_id, step)
