"""What do we have of one person, everywhere? Names and numbers, and every row that speaks of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from psycopg import sql
from psycopg.errors import UndefinedTable

from domain.account import Account
from domain.actor import Role
from domain.ids import Prefix
from domain.profile import Profile, profile_id
from domain.provider import Provider
from infra.event_store.log import borrowed
from projections.catalog import READ_MODELS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from application.engine import Aggregates
    from infra.files.shelf import FileShelf
    from infra.files.table import StoredFile
    from infra.personal.store import PostgresPersonalStore
    from infra.privacy.whom import Person
    from infra.queries.pool import Pool

Section = list[dict[str, object]]
Everything = dict[str, Section]
"""Rows by what they are about; the name is that of the read model, or of what only sign-in knows."""

NAMED_AS: Final = {Prefix.USER: "customer_id", Prefix.PROVIDER: "provider_id", Prefix.CREW: "crew_id"}
"""The column by which a read model speaks of somebody; a new read model with such a column is told without a word."""
KINDS_OF_ACTOR: Final = {
    Prefix.USER: tuple(role for role in Role if role not in (Role.PROVIDER, Role.PARTNER, Role.SYSTEM)),
    Prefix.PROVIDER: (Role.PROVIDER,),
    Prefix.CREW: (),
}
SIGN_IN: Final = {
    "handles": "SELECT kind, verified_at FROM handles WHERE tenant = %(tenant)s AND account_id = %(person)s",
    "credentials": (
        "SELECT password_hash IS NOT NULL AS has_password, totp_sealed IS NOT NULL AS has_second_factor, changed_at"
        " FROM credentials WHERE tenant = %(tenant)s AND account_id = %(person)s"
    ),
    "sessions": (
        "SELECT session_id, role, label, amr, opened_at, used_at, lives_until, ended_at, ended_by"
        " FROM sessions WHERE tenant = %(tenant)s AND account_id = %(person)s ORDER BY opened_at"
    ),
    "messages": (
        "SELECT purpose, kind, asked_at, sent_at, used_at FROM challenges WHERE tenant = %(tenant)s"
        " AND (account_id = %(person)s OR blind_index IN (SELECT blind_index FROM handles"
        " WHERE tenant = %(tenant)s AND account_id = %(person)s)) ORDER BY asked_at"
    ),
    "partners": (
        "SELECT partner_id, known_since FROM partner_members WHERE tenant = %(tenant)s AND person_id = %(person)s"
        " ORDER BY known_since"
    ),
    "paid_by": (
        "SELECT kind, first_seen_at FROM payer_instruments WHERE tenant = %(tenant)s AND customer_id = %(person)s"
        " ORDER BY first_seen_at"
    ),
    "security_log": (
        "SELECT at, kind, actor, operation, detail, times FROM security_log"
        " WHERE tenant = %(tenant)s AND (actor = ANY (%(actors)s) OR object_id = %(shown)s) ORDER BY position"
    ),
}


class Gathering:
    """Looks everywhere. Every method may raise LogUnavailable, PersonalUnavailable or RecordTampered."""

    def __init__(self, pool: Pool, personal: PostgresPersonalStore, files: FileShelf, aggregates: Aggregates) -> None:
        self._pool = pool
        self._aggregates = aggregates
        self._personal = personal
        self._files = files

    async def about(self, person: Person) -> Everything:
        """All there is; what is not there has no section."""
        found: Everything = {"personal": await self._personal_of(person)}
        for name, statement, values in self._questions(person):
            found[name] = await self._rows(statement, values)
        found["companies"] = await self._companies_of(person)
        profile = await self._aggregates.load(Profile, person.tenant, profile_id(person.person_id))
        found["profile"] = [] if profile is None else _told(profile)
        files = await self.files_of(person)
        found["files"] = [_shown(file) for file in files]
        return {name: rows for name, rows in found.items() if rows}

    async def _companies_of(self, person: Person) -> Section:
        """For whom they work, as what, and which of the crew they are."""
        account = await self._aggregates.load(Account, person.tenant, person.person_id)
        found: Section = []
        for grant in () if account is None else account.grants.values():
            if grant.role is Role.PROVIDER and grant.scope_id is not None:
                company = await self._aggregates.load(Provider, person.tenant, grant.scope_id)
                crew_id = None if company is None else company.crew_of(person.person_id)
                found.append({"provider_id": grant.scope_id, "duty": grant.duty, "crew_id": crew_id})
        return found

    async def files_of(self, person: Person) -> list[StoredFile]:
        """What they uploaded."""
        return await self._files.of_owner(person.tenant, person.person_id)

    async def content_of(self, file: StoredFile) -> bytes | None:
        """What a file holds."""
        return await self._files.read(file)

    async def _personal_of(self, person: Person) -> Section:
        records = await self._personal.records_of(person.tenant, person.person_id)
        return [
            {"record_id": record_id, "kind": record.kind.value, **record.fields}
            for record_id, record in records.items()
        ]

    def _questions(self, person: Person) -> Iterator[tuple[str, sql.Composed, dict[str, object]]]:
        values: dict[str, object] = {
            "tenant": person.tenant,
            "person": person.person_id,
            "shown": person.shown,
            "actors": [f"{role.value}:{person.shown}" for role in KINDS_OF_ACTOR[person.prefix]],
        }
        for model in READ_MODELS:
            wanted = _condition(model.name, model.fields, person.prefix)
            if wanted is not None:
                columns = sql.SQL(", ").join(map(sql.Identifier, model.fields))
                asked = sql.SQL("SELECT {} FROM {} WHERE tenant = %(tenant)s AND ").format(
                    columns, sql.Identifier(model.name)
                )
                yield model.name, asked + wanted, values
        for name, statement in SIGN_IN.items():
            yield name, sql.Composed([sql.SQL(statement)]), values

    async def _rows(self, statement: sql.Composed, values: dict[str, object]) -> Section:
        async with borrowed(self._pool) as connection:
            try:
                cursor = await connection.execute(statement, values)
            except UndefinedTable:
                return []  # a read model that was never built
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]


def _condition(model: str, fields: tuple[str, ...], prefix: Prefix) -> sql.Composable | None:
    if model == "accounts":
        return sql.SQL("account_id = %(person)s") if prefix is Prefix.USER else None
    if model == "audit_trail":
        return sql.SQL("actor = ANY (%(actors)s)")
    column = NAMED_AS[prefix]
    return sql.SQL("{} = %(person)s").format(sql.Identifier(column)) if column in fields else None


def _told(profile: Profile) -> Section:
    """Language, notices and consents; names and addresses are among the personal records."""
    consents: Section = [
        {"consent": purpose, "text_version": consent.text_version, "given_at": consent.given_at}
        for purpose, consent in profile.consents.items()
    ]
    notices: Section = [
        {"notice": kind, "channel": channel, "is_wanted": is_wanted}
        for (kind, channel), is_wanted in profile.notices.items()
    ]
    return [{"language": profile.language}, *notices, *consents]


def _shown(file: StoredFile) -> dict[str, object]:
    file_id: UUID = file.file_id
    return {
        "file_id": file_id,
        "media_type": file.media.value,
        "size_bytes": file.size_bytes,
        "sha256": file.sha256,
        "uploaded_at": file.uploaded_at,
    }
