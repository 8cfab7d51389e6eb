"""Whose handle is this, and as whom do they act? Finds accounts, registers those that are new, makes actors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from application.know_account import KnowAccount, know_account
from application.log import CommandContext, LogUnavailable, fingerprint_of
from application.personal import PersonalKind, PersonalRecord, Told
from domain.account import Account
from domain.account_terms import OF_STAFF, AccountKind, Grant, HandleKind
from domain.actor import Actor, Role
from domain.ids import new_id
from domain.provider import Provider
from domain.refusal import NotAllowed
from infra.identity.challenge import ProofRefused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from application.engine import Aggregates, Answer, Work
    from infra.identity.challenge import Challenge
    from infra.identity.postgres_proofs import PostgresProofs
    from infra.identity.proof_keys import ProofKeys
    from infra.telemetry.observed import RunsCommands

SIGN_IN: Final = "sign-in"


@dataclass(frozen=True, slots=True)
class Wanted:
    """As whom somebody wants to act; the first role that they have when they do not say."""

    role: Role | None = None
    scope_id: UUID | None = None


class People:
    """Accounts as sign-in sees them. Every method may raise LogUnavailable or PersonalUnavailable."""

    def __init__(self, proofs: PostgresProofs, keys: ProofKeys, engine: RunsCommands, aggregates: Aggregates) -> None:
        self._proofs = proofs
        self._keys = keys
        self._engine = engine
        self._aggregates = aggregates

    async def account(self, tenant: str, account_id: UUID) -> Account | None:
        """The account as the log has it at this moment: a suspension is heard at once."""
        return await self._aggregates.load(Account, tenant, account_id)

    async def acting(self, account: Account, tenant: str, wanted: Wanted) -> Actor:
        """As whom an account acts, a driver as which of the crew. Raises what ``actor_as`` raises."""
        return await as_crew(self._aggregates, actor_as(account, tenant, wanted))

    async def proven(self, challenge: Challenge, at: datetime) -> Account:
        """Whose telephone or mailbox was shown; a customer that nobody knew is known from now on.

        The row of the handle decides which account it is; the log and the personal store follow, and are asked again
        when a process died between them.
        """
        tenant, kind, index = challenge.tenant, challenge.kind, challenge.blind_index
        if kind is None or index is None:
            raise ProofRefused
        account_id = await self._proofs.claim(tenant, kind, index, new_id(at), at)
        account = await self.account(tenant, account_id)
        if account is not None and kind in account.handles:
            return account
        value = self._keys.open(challenge.challenge_id, challenge.sealed or b"")
        if value is None:
            raise ProofRefused
        return await self.know(account_id, tenant, kind, value, challenge.challenge_id, at)

    async def know(
        self,
        account_id: UUID,
        tenant: str,
        kind: HandleKind,
        value: str,
        proof_id: UUID,
        at: datetime,
        *,
        as_what: AccountKind = AccountKind.CUSTOMER,
    ) -> Account:
        """Register the account where there is none; its handle goes to the personal store, and nowhere else."""
        record_id = uuid5(proof_id, f"handle/{kind.value}")
        record = PersonalRecord(PersonalKind.CONTACT, {kind.value: value})
        command = KnowAccount(account_id, as_what, kind, record_id, at)
        await self.order(
            tenant,
            f"know/{proof_id.hex}",
            lambda work: know_account(command, work),
            at,
            Told(account_id, {record_id: record}),
        )
        account = await self.account(tenant, account_id)
        if account is None:
            raise LogUnavailable("an account that was registered a moment ago cannot be read")
        return account

    async def order(
        self,
        tenant: str,
        key: str,
        decide: Callable[[Work], Awaitable[Answer]],
        at: datetime,
        told: Told | None = None,
    ) -> Answer:
        """Run a command in the name of sign-in itself."""
        actor = Actor.system(SIGN_IN, tenant)
        context = CommandContext(tenant, actor.text, key, fingerprint_of(key), new_id(at), at)
        return (await self._engine.run(context, decide, told)).answer


def actor_as(account: Account, tenant: str, wanted: Wanted) -> Actor:
    """As whom an account acts; raises AccountOver, AccountSuspended, or NotAllowed for a role that it does not have."""
    account.check_open()
    if wanted.role is None:
        grant = next((one for one in account.roles if wanted.scope_id in {None, one.scope_id}), None)
    else:
        grant = account.may_act_as(wanted.role, wanted.scope_id)
    if grant is None:
        raise NotAllowed("this account does not have that role")
    return _acting(account, tenant, grant)


async def as_crew(aggregates: Aggregates, actor: Actor) -> Actor:
    """The same, and of a driver the crew member to whom their company linked them; or LogUnavailable."""
    if not actor.is_driver or actor.subject_id is None or actor.person_id is None:
        return actor
    company = await aggregates.load(Provider, actor.tenant, actor.subject_id)
    return actor if company is None else replace(actor, crew_id=company.crew_of(actor.person_id))


def _acting(account: Account, tenant: str, grant: Grant) -> Actor:
    if grant.role is Role.PROVIDER:
        return Actor(Role.PROVIDER, grant.scope_id, tenant, person_id=account.id, duty=grant.duty)
    if grant.scope_id is not None:
        return Actor(grant.role, grant.scope_id, tenant, person_id=account.id)
    return Actor(grant.role, account.id, tenant)


def needs_second_factor(actor: Actor) -> bool:
    """Whether a password alone does not do: for everybody who works for us."""
    return actor.role in OF_STAFF
