"""How does a test of the real personal store stand for several processes over one database?"""

from contextlib import AsyncExitStack
from uuid import UUID, uuid4

import psycopg

from application.personal import PersonalKind, PersonalRecord
from infra.personal.crypto import MasterKeys
from infra.personal.putter import PutLimits
from infra.personal.store import PostgresPersonalStore
from tests.support.servers import Database

ASHA = PersonalRecord(PersonalKind.CONTACT, {"name": "Ashalata Xyzzy", "phone": "+919830099887"})
FIRST = bytes(32)


class Stores:
    """Opens stores over one database, each like a process of its own."""

    def __init__(self, database: Database, stack: AsyncExitStack) -> None:
        self.database = database
        self._stack = stack

    async def another(
        self, masters: MasterKeys | None = None, limits: PutLimits | None = None, dsn: str | None = None
    ) -> PostgresPersonalStore:
        store = PostgresPersonalStore(dsn or self.database.app_dsn, masters or MasterKeys(FIRST), put_limits=limits)
        await store.open()
        self._stack.push_async_callback(store.close)
        return store

    def sql(self, statement: str, *parameters: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self.database.admin_dsn, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), parameters)
            return cursor.fetchall() if cursor.description else []


async def kept(store: PostgresPersonalStore, person: UUID | None = None, record: PersonalRecord = ASHA) -> UUID:
    record_id = uuid4()
    await store.put("demo", person or uuid4(), {record_id: record}, uuid4())
    return record_id
