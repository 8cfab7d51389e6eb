"""What would the API cost with no store behind it? A stack that forgets everything, for the bench."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from application.engine import Engine
from application.log import CommandContext, EventLog, LoggedEvent, NewEvent, Receipt, Save
from application.personal import PersonalRecord, PersonalStore
from application.trade import FREE_EVERYWHERE
from domain.aggregate import Aggregate
from infra.bootstrap import Stack, fingerprint_key, start_codes
from infra.database_url import app_dsn
from infra.event_store import codec
from infra.identity.members import Members
from infra.identity.place import identity_of, proof_keys, sign_in_of
from infra.people_and_files import people_and_files
from infra.personal.place import personal_store
from infra.positions.owners import OwnersOnDuty
from infra.positions.store import Positions
from infra.positions.track import PositionTrack
from infra.prices.table import PriceTable
from infra.projections.waiting import ProjectionWaiter
from infra.queries.audit import AuditQueries
from infra.queries.city import City
from infra.queries.kpis import KpiQueries
from infra.queries.money import MoneyViews
from infra.queries.pool import reader_pool
from infra.queries.readiness import Readiness
from infra.queries.security import SecurityQueries
from infra.queries.views import views_of
from infra.settings import Settings
from infra.webhooks.inbox import WebhookInbox
from infra.zones.table import ZoneTable

A = TypeVar("A", bound=Aggregate)


class ForgetfulLog(EventLog):
    """Answers at once and keeps nothing."""

    def __init__(self) -> None:
        self._head = 0

    async def append(self, save: Save) -> Receipt:
        """Count the events."""
        first = self._head + 1
        self._head += len(save.events)
        return Receipt(self._head, first, tuple(1 for _ in save.events), save.answer, replayed=False)

    async def read_stream(
        self, tenant: str, stream_id: UUID, after_version: int = -1, upto_position: int | None = None
    ) -> Sequence[LoggedEvent]:
        """There is nothing to read."""
        del tenant, stream_id, after_version, upto_position
        return ()

    async def recall(self, context: CommandContext) -> Receipt | None:
        """Nothing was done before."""
        del context
        return None

    async def head(self) -> int:
        """How many events there were."""
        return self._head


class ForgetfulAggregates:
    """Encodes as the real ones do, finds nothing."""

    async def load(self, kind: type[A], tenant: str, stream_id: UUID) -> A | None:
        """There is nothing to load."""
        del kind, tenant, stream_id
        return None

    def encode(self, fact: object) -> NewEvent:
        """As the real ones."""
        return codec.encode(fact)

    def saved(self, tenant: str, aggregate: Aggregate, events: int) -> None:
        """Nothing to do."""


class ForgetfulPersonalStore(PersonalStore):
    """Takes everything and keeps nothing."""

    async def put(self, tenant: str, person_id: UUID, records: Mapping[UUID, PersonalRecord], command_id: UUID) -> None:
        """Forget it."""

    async def get(self, tenant: str, record_ids: Collection[UUID]) -> dict[UUID, PersonalRecord | None]:
        """Nobody is known."""
        del tenant
        return dict.fromkeys(record_ids)

    async def erase(self, tenant: str, person_id: UUID) -> bool:
        """Nobody is known."""
        del tenant, person_id
        return False

    async def sweep(
        self,
        after: datetime,
        before: datetime,
        stands: Callable[[str, Collection[UUID]], Awaitable[set[UUID]]],
        limit: int,
    ) -> int:
        """There is nothing to sweep."""
        del after, before, stands, limit
        return 0


def nothing_behind(settings: Settings) -> Stack:
    """A stack whose commands go nowhere; its queries are never opened."""
    readers = reader_pool(app_dsn(settings, "vehicaid-nothing"))
    log, aggregates = ForgetfulLog(), ForgetfulAggregates()
    engine, identity = Engine(log, aggregates), identity_of(settings, readers)
    store = personal_store(settings)
    closers = AsyncExitStack()
    return Stack(
        settings=settings,
        log=log,
        aggregates=aggregates,
        engine=engine,
        personal=ForgetfulPersonalStore(),
        waiting=ProjectionWaiter(settings),
        **views_of(readers),
        positions=Positions(PositionTrack(readers), None),
        shift_owners=OwnersOnDuty(readers),
        audit=AuditQueries(readers, settings),
        noted=SecurityQueries(readers, settings.cell),
        readers=readers,
        webhooks=WebhookInbox(readers),
        kpis=KpiQueries(readers),
        money=MoneyViews(readers),
        # It charges nothing and serves everywhere, as a tenant without tariffs and zones does.
        zones=ZoneTable(lambda: True),
        prices=PriceTable(lambda: True),
        city=City(readers, settings.city_poll_s),
        readiness=Readiness(readers),
        log_head=log.head,
        fingerprint_key=fingerprint_key(settings),
        trade=FREE_EVERYWHERE,
        codes=start_codes(settings),
        identity=identity,
        members=Members(readers, proof_keys(settings)),
        sign_in=sign_in_of(settings, readers, identity.sessions, engine, aggregates),
        **people_and_files(settings, readers, store, aggregates, closers),
        closers=closers,
    )
