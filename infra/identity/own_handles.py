"""How does somebody who is signed in add a telephone or a mailbox, and choose another password?"""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import TYPE_CHECKING

from application.security_log import SecurityKind
from domain.ids import Prefix, new_id, show
from infra.identity.challenge import Challenge, Purpose, resend_wait_s
from infra.identity.sign_in import Begun

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from domain.account import Account
    from domain.account_terms import HandleKind
    from infra.identity.sign_in import Device, SignIn


class OwnHandles:
    """What somebody changes about how they sign in. Every method may raise LogUnavailable."""

    def __init__(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in

    async def ask(
        self, tenant: str, account_id: UUID, handle: tuple[HandleKind, str], device: Device, at: datetime
    ) -> Begun:
        """Send a code to what they say is theirs; no answer tells whether it is somebody's. Raises TooManyAsked."""
        kind, value = handle
        sign_in, challenge_id = self._sign_in, new_id(at)
        challenge = Challenge(
            challenge_id=challenge_id,
            tenant=tenant,
            purpose=Purpose.ADD_HANDLE,
            asked_from=sign_in.keys.asked_from(device.address),
            asked_at=at,
            expires_at=at + timedelta(seconds=sign_in.settings.code_lives_s),
            kind=kind,
            blind_index=sign_in.keys.blind_index(tenant, kind, value),
            sealed=sign_in.keys.seal(challenge_id, value),
            account_id=account_id,
        )
        before = await sign_in.proofs.ask(challenge, sign_in.settings)
        return Begun(challenge_id, challenge.expires_at, resend_wait_s(before + 1, sign_in.settings))

    async def add(self, tenant: str, account_id: UUID, challenge_id: UUID, code: str, at: datetime) -> Account:
        """Sign in by it from now on, too. Raises ProofRefused, also for what is somebody else's already."""
        sign_in = self._sign_in
        challenge = await sign_in.proofs.take_try(
            challenge_id, (Purpose.ADD_HANDLE,), sign_in.settings.tries_per_code, at
        )
        is_right = hmac.compare_digest(code.encode(), sign_in.keys.code(challenge_id).encode())
        if challenge is None or not is_right or (challenge.tenant, challenge.account_id) != (tenant, account_id):
            raise sign_in.refused("code", at, challenge)
        kind, index = challenge.kind, challenge.blind_index
        value = sign_in.keys.open(challenge_id, challenge.sealed or b"")
        if kind is None or index is None or value is None or not await sign_in.proofs.use(challenge_id, at):
            raise sign_in.refused("code", at, challenge)
        if await sign_in.proofs.claim(tenant, kind, index, account_id, at) != account_id:
            raise sign_in.refused("handle", at, challenge)
        return await sign_in.people.know(account_id, tenant, kind, value, challenge_id, at)

    async def choose_password(
        self, tenant: str, account_id: UUID, password: str, at: datetime, *, is_staff: bool
    ) -> None:
        """Sign in by this password from now on. Raises WeakPassword or PasswordsBusy."""
        await self._sign_in.passwords.check(password, "", is_staff=is_staff)
        kept = await self._sign_in.passwords.hash(password)
        await self._sign_in.proofs.set_password(tenant, account_id, kept, at)
        whose = show(Prefix.USER, account_id)
        self._sign_in.security.note(SecurityKind.CREDENTIALS_SET, tenant=tenant, at=at, object_id=whose)
