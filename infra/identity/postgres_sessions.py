"""How does PostgreSQL keep sessions?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from domain.actor import Actor, Duty, Role
from infra.event_store.log import borrowed
from infra.identity.session import End, Session

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta
    from uuid import UUID

    from infra.identity.session_table import Rotation
    from infra.queries.pool import Pool

    Stored = tuple[
        UUID, str, UUID, str, UUID, UUID | None, str | None, UUID | None, list[str], bytes, str, datetime, datetime,
        datetime, datetime, bytes, bytes | None, bytes | None, datetime | None, str | None,
    ]  # fmt: skip

COLUMNS: Final = (
    "session_id, tenant, account_id, role, subject_id, person_id, duty, crew_id, amr, device, label, opened_at,"
    " used_at, lives_until, ends_by, live, before, salt, ended_at, ended_by"
)
ADD: Final = (
    "INSERT INTO sessions (session_id, tenant, account_id, role, subject_id, person_id, duty, crew_id, amr, device,"
    " label, opened_at, used_at, lives_until, ends_by, live)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
FIND: Final = f"SELECT {COLUMNS} FROM sessions WHERE session_id = %s"  # noqa: S608  constant
LIVING: Final = (
    f"SELECT {COLUMNS} FROM sessions WHERE tenant = %s AND account_id = %s AND ended_at IS NULL"  # noqa: S608  constant
    " AND lives_until > %s ORDER BY used_at DESC, session_id DESC"
)
# The row is the lock: of all that present the same token at once, one finds it still live.
ROTATE: Final = (
    "UPDATE sessions SET live = %s, before = %s, salt = %s, used_at = %s, lives_until = %s"
    " WHERE session_id = %s AND live = %s AND ended_at IS NULL"
)
END: Final = (
    "UPDATE sessions SET ended_at = clock_timestamp(), ended_by = %s"
    " WHERE tenant = %s AND session_id = ANY (%s) AND ended_at IS NULL RETURNING session_id"
)
FORGET: Final = (
    "WITH ended AS (UPDATE sessions SET ended_at = clock_timestamp(), ended_by = %s, device = '', label = ''"
    " WHERE tenant = %s AND account_id = %s AND ended_at IS NULL RETURNING session_id),"
    " cleared AS (UPDATE sessions SET device = '', label = ''"
    " WHERE tenant = %s AND account_id = %s AND ended_at IS NOT NULL)"
    " SELECT session_id FROM ended"
)
ENDED_SINCE: Final = "SELECT session_id, ended_at FROM sessions WHERE ended_at > coalesce(%s, now() - %s)"


class PostgresSessions:
    """The table, over a pool of the application's connections. See SessionTable."""

    def __init__(self, pool: Pool, tokens_live: timedelta) -> None:
        """``tokens_live`` is how long an access token is accepted at most."""
        self._pool = pool
        self._tokens_live = tokens_live

    async def add(self, session: Session) -> None:
        """See SessionTable."""
        row = (
            session.session_id,
            session.actor.tenant,
            session.account_id,
            *_columns_of(session.actor),
            list(session.amr),
            session.device,
            session.label,
            session.opened_at,
            session.used_at,
            session.lives_until,
            session.ends_by,
            session.live,
        )
        async with borrowed(self._pool) as connection:
            await connection.execute(ADD, row)

    async def find(self, session_id: UUID) -> Session | None:
        """See SessionTable."""
        found = await self._read(FIND, (session_id,))
        return found[0] if found else None

    async def rotate(self, rotation: Rotation) -> bool:
        """See SessionTable."""
        one = rotation
        told = (one.next_live, one.live, one.salt, one.at, one.lives_until, one.session_id, one.live)
        async with borrowed(self._pool) as connection:
            return (await connection.execute(ROTATE, told)).rowcount == 1

    async def end(self, tenant: str, session_ids: Sequence[UUID], why: End) -> list[UUID]:
        """See SessionTable."""
        return await self._ids(END, (why.value, tenant, list(session_ids)))

    async def living(self, tenant: str, account_id: UUID, at: datetime) -> list[Session]:
        """See SessionTable."""
        return await self._read(LIVING, (tenant, account_id, at))

    async def forget(self, tenant: str, account_id: UUID) -> list[UUID]:
        """See SessionTable."""
        return await self._ids(FORGET, (End.ERASED.value, tenant, account_id, tenant, account_id))

    async def ended_since(self, instant: datetime | None) -> Sequence[tuple[UUID, datetime]]:
        """See SessionTable."""
        async with borrowed(self._pool) as connection:
            cursor = await connection.execute(ENDED_SINCE, (instant, self._tokens_live))
            return cast("list[tuple[UUID, datetime]]", await cursor.fetchall())

    async def _read(self, query: str, values: tuple[object, ...]) -> list[Session]:
        async with borrowed(self._pool) as connection:
            rows = cast("list[Stored]", await (await connection.execute(query, values)).fetchall())
        return [_session(row) for row in rows]

    async def _ids(self, query: str, values: tuple[object, ...]) -> list[UUID]:
        async with borrowed(self._pool) as connection:
            rows = cast("list[tuple[UUID]]", await (await connection.execute(query, values)).fetchall())
        return [session_id for (session_id,) in rows]


def _session(row: Stored) -> Session:
    (
        session_id, tenant, account_id, role, subject_id, person_id, duty, crew_id, amr, device, label, opened_at,
        used_at, lives_until, ends_by, live, before, salt, ended_at, ended_by,
    ) = row  # fmt: skip
    return Session(
        session_id=session_id,
        account_id=account_id,
        actor=_actor_of(tenant, role, subject_id, person_id, duty, crew_id),
        amr=tuple(amr),
        device=bytes(device),
        label=label,
        opened_at=opened_at,
        used_at=used_at,
        lives_until=lives_until,
        ends_by=ends_by,
        live=bytes(live),
        before=None if before is None else bytes(before),
        salt=None if salt is None else bytes(salt),
        ended_at=ended_at,
        ended_by=None if ended_by is None else End(ended_by),
    )


def _columns_of(actor: Actor) -> tuple[str, UUID | None, UUID | None, str | None, UUID | None]:
    duty = None if actor.duty is None else actor.duty.value
    return actor.role.value, actor.subject_id, actor.person_id, duty, actor.crew_id


def _actor_of(
    tenant: str, role: str, subject_id: UUID, person_id: UUID | None, duty: str | None, crew_id: UUID | None
) -> Actor:
    does = None if duty is None else Duty(duty)
    return Actor(Role(role), subject_id, tenant, person_id=person_id, duty=does, crew_id=crew_id)
