"""Who sends codes and links? Every worker: what waits lies in the table of challenges, and each takes some of it."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import psycopg

from application.log import LogUnavailable
from application.messages import Message, NotCarried
from domain.account_terms import HandleKind
from infra.database_url import app_dsn
from infra.identity.challenge import Challenge, Purpose
from infra.identity.outgoing import Outgoing
from infra.identity.place import proof_keys
from infra.identity.postgres_proofs import PostgresProofs
from infra.messages.build import Carriers, carriers_of
from infra.queries.pool import reader_pool
from infra.settings import Settings, SettingsError
from infra.telemetry import metrics
from infra.telemetry.logging import log

if TYPE_CHECKING:
    from infra.identity.proof_keys import ProofKeys

# Between two looks when nothing waits: a person who waits for an SMS does not notice a fifth of a second.
REST_S: Final = 0.2
PAUSE_S: Final = 1.0
# At once: as many as one slow carrier may keep waiting for its time limit.
AT_ONCE: Final = 20

_log = log("postman")


class Postman:
    """Sends what waits; what is not taken is tried again until it is over."""

    def __init__(
        self, outgoing: Outgoing, proofs: PostgresProofs, keys: ProofKeys, carriers: Carriers, sign_in_url: str
    ) -> None:
        self._outgoing = outgoing
        self._proofs = proofs
        self._keys = keys
        self._carriers = carriers
        self._sign_in_url = sign_in_url

    async def deliver(self, at: datetime) -> int:
        """Send what is due; how many there were."""
        due = await self._outgoing.take(at, AT_ONCE)
        await asyncio.gather(*(self._send(one, at) for one in due))
        return len(due)

    async def _send(self, challenge: Challenge, at: datetime) -> None:
        message = await self._message(challenge)
        if message is None:
            await self._outgoing.give_up(challenge.challenge_id)
            return
        carrier = self._carriers.sms if challenge.kind is HandleKind.PHONE else self._carriers.mail
        try:
            await carrier.carry(message)
        except NotCarried as error:
            _log.warning("message_not_carried", code=error.code, purpose=challenge.purpose.value)
            metrics.messages_not_carried.labels(error.code).inc()
            if error.for_good:
                await self._outgoing.give_up(challenge.challenge_id)
            return
        metrics.messages_carried.labels(challenge.purpose.value).inc()
        await self._outgoing.done(challenge.challenge_id, at)

    async def _message(self, challenge: Challenge) -> Message | None:
        to = self._keys.open(challenge.challenge_id, challenge.sealed or b"")
        if to is None or challenge.kind is None or challenge.blind_index is None:
            return None
        if challenge.purpose is Purpose.LINK:
            link = f"{self._sign_in_url}#link={self._keys.link(challenge.challenge_id)}"
            text = f"Follow this link to sign in. It is good once, for a quarter of an hour:\n\n{link}\n\n{IGNORE}\n"
            return Message(challenge.challenge_id, to, "Your link to sign in", text)
        if challenge.purpose is Purpose.REGISTER:
            known = await self._proofs.whose(challenge.tenant, challenge.kind, challenge.blind_index)
            if known is not None:
                return Message(challenge.challenge_id, to, "You have an account", f"{KNOWN_ALREADY}\n\n{IGNORE}\n")
        code = self._keys.code(challenge.challenge_id)
        text = f"{code} is your VehicAid code, good for five minutes. Nobody who works for us ever asks for it."
        return Message(challenge.challenge_id, to, "Your code", text, code)


IGNORE: Final = "If it was not you who asked, there is nothing to do."
KNOWN_ALREADY: Final = (
    "Somebody wanted to register with this address, which has an account already. Sign in with your password, or ask"
    " for a link."
)


async def keep_posting(settings: Settings, stop: asyncio.Event) -> None:
    """Send until told to stop; whatever fails, begin again."""
    try:
        keys = proof_keys(settings)
    except SettingsError as error:
        _log.warning("postman_has_no_key", why=str(error))
        return
    pool = reader_pool(app_dsn(settings, "vehicaid-postman"), most=4, name="postman")
    await pool.open()
    postman = Postman(Outgoing(pool), PostgresProofs(pool), keys, carriers_of(settings), settings.sign_in_url)
    try:
        while not stop.is_set():
            rest_s = REST_S
            try:
                if await postman.deliver(datetime.now(UTC)):
                    continue
            except (psycopg.Error, LogUnavailable, OSError) as error:
                _log.warning("postman_connection_lost", error=type(error).__name__)
                rest_s = PAUSE_S
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), rest_s)
    finally:
        await pool.close()
