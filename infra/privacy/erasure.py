"""How is a person forgotten, everywhere at once and again after every restore?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from application.forget_account import ForgetAccount, ForgetCompany, forget_account, forget_company
from application.personal import PersonalKind
from application.security_log import SecurityKind
from domain.actor import Actor
from domain.ids import Prefix
from infra.identity.people import SIGN_IN
from infra.messages.kept import forget_messages
from infra.personal.holding import HELD
from infra.positions.store import open_positions
from infra.privacy.erased_list import erased_list

if TYPE_CHECKING:
    from infra.bootstrap import Stack
    from infra.privacy.whom import Person


@dataclass(frozen=True, slots=True)
class Erased:
    """What there was to forget."""

    known: bool
    """Whether anything personal was kept."""
    held: int
    """Records that the law wants kept: parts of tax documents, under another key."""
    sessions: int
    files: int
    exports: int
    positions: int

    @property
    def anything(self) -> bool:
        """Whether we knew them at all."""
        return self.known or any((self.sessions, self.files, self.exports, self.positions))


async def erase(stack: Stack, person: Person, at: datetime) -> Erased:
    """Forget somebody for good. Whatever fails on the way, doing it again finishes it.

    They are noted in the list of the erased before anything goes: a restore from then on does it again. Raises OSError
    when the list cannot be written, LogUnavailable, PersonalUnavailable, FileStoreAway.
    """
    tenant, whom = person.tenant, person.person_id
    await asyncio.to_thread(erased_list(stack.settings).add, person, at)
    await _leave_word(stack, person, at)
    if stack.settings.environment == "local":
        await asyncio.to_thread(forget_messages, stack.settings.state_dir, await _handles(stack, person))
    files = await stack.files.forget_owner(tenant, whom)
    exports = await stack.exports.forget(person)
    positions = 0 if person.prefix is Prefix.USER else await _forget_where(stack, person)
    known, held = await stack.records.erase_but(tenant, whom, HELD)
    await stack.sign_in.proofs.forget(tenant, whom)
    await stack.members.forget(tenant, whom)
    await stack.payers.forget(tenant, whom)
    sessions = await stack.identity.sessions.forget(whom, tenant)
    actor = Actor.system(SIGN_IN, tenant).text
    stack.security.note(SecurityKind.PRIVACY_ERASED, tenant=tenant, at=at, actor=actor, object_id=person.shown)
    return Erased(known, held, sessions, files, exports, positions)


async def replay(stack: Stack) -> int:
    """Erase everybody on the list again, for a database that came back from a backup; how many were in it again."""
    found = 0
    for entry in await asyncio.to_thread(erased_list(stack.settings).entries):
        done = await erase(stack, entry.person, datetime.now(UTC))
        found += done.anything
    return found


async def _forget_where(stack: Stack, person: Person) -> int:
    async with open_positions(stack.settings, "vehicaid-erasure") as positions:
        return await positions.forget_person(person.tenant, person.person_id)


async def _leave_word(stack: Stack, person: Person, at: datetime) -> None:
    """Before anything goes: whoever asks the log later sees that somebody was erased, and when."""
    tenant, whom, people = person.tenant, person.person_id, stack.sign_in.people
    if person.prefix is Prefix.PROVIDER:
        company = ForgetCompany(Actor.system(SIGN_IN, tenant), whom, at)
        await people.order(tenant, f"erase/{whom.hex}", lambda work: forget_company(company, work), at)
        return
    account = await people.account(tenant, whom)
    if account is None and not await _only_telephoned(stack, person):
        return
    if account is None or account.closed_for is None:
        command = ForgetAccount(Actor.system(SIGN_IN, tenant), whom, at)
        await people.order(tenant, f"erase/{whom.hex}", lambda work: forget_account(command, work), at)


async def _only_telephoned(stack: Stack, person: Person) -> bool:
    return person.prefix is Prefix.USER and bool(await stack.records.records_of(person.tenant, person.person_id))


async def _handles(stack: Stack, person: Person) -> set[str]:
    records = await stack.records.records_of(person.tenant, person.person_id)
    contacts = [record.fields for record in records.values() if record.kind is PersonalKind.CONTACT]
    return {str(fields[name]) for fields in contacts for name in ("phone", "email") if fields.get(name)}
