"""What does a deployment need to know who calls, and how is it built?"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from infra.database_url import app_dsn
from infra.identity.access_tokens import LEEWAY_S, TokenAuthority
from infra.identity.api_key_callers import ApiKeyCallers
from infra.identity.api_key_table import ApiKeyTable
from infra.identity.deployment_key import DeploymentKey
from infra.identity.ended_sessions import EndedSessions
from infra.identity.following import IdentityFollower
from infra.identity.impersonations import Impersonations
from infra.identity.key_ring import KeyRing
from infra.identity.key_table import KeyTable
from infra.identity.passwords import Passwords
from infra.identity.people import People
from infra.identity.postgres_proofs import PostgresProofs
from infra.identity.postgres_sessions import PostgresSessions
from infra.identity.proof_keys import ProofKeys
from infra.identity.refresh_token import RefreshTokens
from infra.identity.sessions import Sessions
from infra.identity.sign_in import SignIn
from infra.identity.standing import AccountStanding
from infra.queries.pool import reader_pool

if TYPE_CHECKING:
    from application.engine import Aggregates
    from application.security_log import SecurityLog
    from infra.queries.pool import Pool
    from infra.settings import Settings
    from infra.telemetry.observed import RunsCommands


@dataclass(frozen=True, slots=True)
class Identity:
    """The authority of this process, the sessions of the cell, and what keeps the one up with the other."""

    authority: TokenAuthority
    sessions: Sessions
    keys: KeyTable
    follower: IdentityFollower
    listening: Pool
    impersonations: Impersonations
    api_keys: ApiKeyTable
    by_key: ApiKeyCallers

    async def start(self) -> None:
        """Hear what the database knows, and go on hearing."""
        await self.listening.open()
        await self.follower.start()

    async def stop(self) -> None:
        """Hear no more."""
        await self.by_key.stop()
        await self.follower.stop()
        await self.listening.close()


def local_authority(token_key: bytes, ttl_s: int) -> TokenAuthority:
    """Signs and verifies with a local run's own key, and asks no database: for terminals, benches and tests."""
    return TokenAuthority(KeyRing(DeploymentKey(token_key).local_key()), ttl_s)


def authority_of(settings: Settings) -> TokenAuthority:
    """What this process signs and verifies with; a local run's own key is good nowhere else."""
    if settings.environment == "local":
        return local_authority(settings.token_key, settings.token_ttl_s)
    return TokenAuthority(KeyRing(), settings.token_ttl_s, EndedSessions())


def proof_keys(settings: Settings) -> ProofKeys:
    """By what people are found, and their codes made; raises SettingsError when no key is set."""
    given = settings.lookup_key
    return ProofKeys(settings.personal_key if given is None else base64.b64decode(given.get_secret_value()))


def sign_in_of(
    settings: Settings,
    pool: Pool,
    sessions: Sessions,
    engine: RunsCommands,
    aggregates: Aggregates,
    security: SecurityLog | None = None,
) -> SignIn:
    """How people sign in at this process."""
    proofs, keys = PostgresProofs(pool), proof_keys(settings)
    people = People(proofs, keys, engine, aggregates)
    return SignIn(proofs, keys, Passwords(settings), people, sessions, settings, security)


def identity_of(
    settings: Settings,
    pool: Pool,
    authority: TokenAuthority | None = None,
    aggregates: Aggregates | None = None,
    security: SecurityLog | None = None,
) -> Identity:
    """Everything about who calls; nothing is asked before it is started.

    Where sessions are refreshed, ``aggregates`` tell whether their accounts may still act.
    """
    authority = authority or authority_of(settings)
    deployment = DeploymentKey(settings.token_key)
    # A connection of its own: however busy the others are, what has ended is heard of in time.
    listening = reader_pool(app_dsn(settings, "vehicaid-identity"), most=1, name="identity")
    keys = KeyTable(listening, deployment, settings.token_ttl_s)
    # A minute more: clocks of processes and database differ a little.
    tokens_live = timedelta(seconds=settings.token_ttl_s + LEEWAY_S + 60)
    table = PostgresSessions(pool, tokens_live)
    standing = None if aggregates is None else AccountStanding(aggregates)
    tokens = RefreshTokens(deployment.for_refresh_tokens())
    sessions = Sessions(table, tokens, authority, settings, standing, security=security)
    follower = IdentityFollower(keys, PostgresSessions(listening, tokens_live), authority, settings.sessions_poll_s)
    impersonations = Impersonations(table, authority, aggregates)
    api_keys = ApiKeyTable(pool, deployment.for_api_keys())
    by_key = ApiKeyCallers(api_keys)
    return Identity(authority, sessions, keys, follower, listening, impersonations, api_keys, by_key)
