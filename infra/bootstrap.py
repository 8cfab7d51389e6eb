"""What is the application made of? The one place where ports meet adapters."""

import hashlib
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from application.engine import Aggregates, Engine
from application.log import EventLog
from application.personal import PersonalStore
from application.positions import PositionStore, ShiftOwners
from application.prices import PriceBook
from application.promises import PromiseBook
from application.security_log import NothingNoted, SecurityLog
from application.start_codes import StartCodes
from application.trade import Trade
from application.zones import ZoneMap
from infra.database_url import app_dsn
from infra.dispatch.rings import search_plan
from infra.event_store.aggregates import StoredAggregates
from infra.event_store.log import PostgresEventLog
from infra.files.links import FileLinks
from infra.files.shelf import FileShelf
from infra.identity.access_tokens import TokenAuthority
from infra.identity.members import Members
from infra.identity.payers import PayersByHash
from infra.identity.place import Identity, identity_of, proof_keys, sign_in_of
from infra.identity.sign_in import SignIn
from infra.people_and_files import people_and_files
from infra.personal.kept_first import KeptFirst
from infra.personal.place import lives_apart, personal_store
from infra.personal.store import PostgresPersonalStore
from infra.positions.owners import OwnersOnDuty
from infra.positions.store import open_positions
from infra.privacy.exports import Exports
from infra.projections.waiting import ProjectionWaiter
from infra.queries.audit import AuditQueries
from infra.queries.auditing import for_auditors
from infra.queries.city import City
from infra.queries.kpis import KpiQueries
from infra.queries.money import MoneyViews
from infra.queries.pool import Pool, reader_pool
from infra.queries.readiness import Readiness
from infra.queries.security import SecurityQueries
from infra.queries.view import ReadModelView
from infra.queries.views import views_of
from infra.rate.limiter import RateLimiter
from infra.rate.place import open_limiter
from infra.security_log.writer import BufferedSecurityLog
from infra.settings import Settings
from infra.start_codes import DerivedStartCodes, start_code_key
from infra.telemetry.observed import LogObserver, RunsCommands, TracedEngine, TracedLog
from infra.telemetry.tracing import is_tracing
from infra.webhooks.inbox import WebhookInbox
from projections.accounts import AccountRow
from projections.crew_shifts import CrewShiftRow
from projections.customer_requests import CustomerRequestRow
from projections.drives import DriveRow
from projections.matching_table import ShiftRow
from projections.merge_suggestions import SuggestionRow
from projections.partner_requests import PartnerRequestRow
from projections.provider_directory import DirectoryRow
from projections.provider_jobs import JobRow
from projections.provider_papers import PapersRow
from projections.request_board import RequestRow
from projections.tow_legs import LegRow
from projections.vehicles import VehicleRow

if TYPE_CHECKING:
    from infra.hooks.desk import HookDesk
    from infra.identity.api_key_table import ApiKeyTable
    from infra.queries.decisions import DecisionQueries


class Waiting(Protocol):
    """Waits until a read model has come far enough."""

    async def wait_for(self, name: str, min_position: int, timeout_s: float) -> int:
        """See ``ProjectionWaiter.wait_for``."""
        ...


@dataclass
class Stack:
    """Everything a process that serves the application holds; close it where it was built."""

    settings: Settings
    log: EventLog
    aggregates: Aggregates
    engine: RunsCommands
    personal: PersonalStore
    waiting: Waiting
    board: ReadModelView[RequestRow]
    mine: ReadModelView[CustomerRequestRow]
    jobs: ReadModelView[JobRow]
    drives: ReadModelView[DriveRow]
    twins: ReadModelView[SuggestionRow]
    legs: ReadModelView[LegRow]
    shifts: ReadModelView[ShiftRow]
    crew_shifts: ReadModelView[CrewShiftRow]
    directory: ReadModelView[DirectoryRow]
    papers: ReadModelView[PapersRow]
    vehicles: ReadModelView[VehicleRow]
    people: ReadModelView[AccountRow]
    partner_requests: ReadModelView[PartnerRequestRow]
    positions: PositionStore
    shift_owners: ShiftOwners
    zones: ZoneMap
    prices: PriceBook
    city: City
    money: MoneyViews
    webhooks: WebhookInbox
    audit: AuditQueries
    noted: SecurityQueries
    readers: Pool
    kpis: KpiQueries
    readiness: Readiness
    log_head: Callable[[], Awaitable[int]]
    fingerprint_key: bytes
    trade: Trade
    codes: StartCodes
    identity: Identity
    sign_in: SignIn
    members: Members
    payers: PayersByHash
    files: FileShelf
    file_links: FileLinks
    records: PostgresPersonalStore
    exports: Exports
    promises: PromiseBook | None = None
    security: SecurityLog = field(default_factory=NothingNoted)
    limiter: RateLimiter | None = None
    closers: AsyncExitStack = field(default_factory=AsyncExitStack)

    @cached_property
    def decisions(self) -> "DecisionQueries":
        """Why jobs were offered as they were."""
        from infra.queries.decisions import DecisionQueries  # compiled loops, a second that most processes never need

        return DecisionQueries(self.readers, self.settings)

    @property
    def api_keys(self) -> "ApiKeyTable":
        """With which keys partners' systems call."""
        return self.identity.api_keys

    @cached_property
    def hooks(self) -> "HookDesk":
        """Where webhooks of ours go."""
        from infra.hooks.desk import hook_desk  # few processes look after them

        return hook_desk(self.readers, self.settings)

    async def close(self) -> None:
        """Finish what is under way and give every connection back."""
        await self.closers.aclose()


@dataclass(frozen=True, slots=True)
class _Opened:
    """What has connections or runs by itself, and what closes all of it."""

    closers: AsyncExitStack
    readers: Pool
    aggregates: StoredAggregates
    store: PostgresPersonalStore
    postgres: PostgresEventLog
    waiter: ProjectionWaiter
    city: City
    positions: PositionStore
    identity: Identity
    security: BufferedSecurityLog


async def _opened(settings: Settings, application_name: str, authority: TokenAuthority | None) -> _Opened:
    closers = AsyncExitStack()
    dsn = app_dsn(settings, application_name)
    readers = reader_pool(dsn)
    await readers.open()
    closers.push_async_callback(readers.close)
    security = BufferedSecurityLog(readers, proof_keys(settings).asked_from)
    await security.start()
    closers.push_async_callback(security.stop)
    aggregates = StoredAggregates(readers)
    closers.push_async_callback(aggregates.settle)
    store = personal_store(settings)
    closers.push_async_callback(store.close)
    await store.open()
    keeper = store.keeper() if lives_apart(settings) is None else None
    postgres = PostgresEventLog(dsn, readers, observer=LogObserver(), keeper=keeper)
    closers.push_async_callback(postgres.close)
    waiter = ProjectionWaiter(settings)
    await waiter.start()
    closers.push_async_callback(waiter.stop)
    city = City(readers, settings.city_poll_s)
    await city.start()
    closers.push_async_callback(city.stop)
    identity = identity_of(settings, readers, authority, aggregates, security)
    closers.push_async_callback(identity.stop)
    await identity.start()
    positions = await closers.enter_async_context(open_positions(settings, f"{application_name}-positions"))
    return _Opened(closers, readers, aggregates, store, postgres, waiter, city, positions, identity, security)


async def build(
    settings: Settings, application_name: str = "vehicaid-api", authority: TokenAuthority | None = None
) -> Stack:
    """Build and open everything, also while the database is away; ``authority`` is who answers for tokens already."""
    has = await _opened(settings, application_name, authority)
    log: EventLog = has.postgres if lives_apart(settings) is None else KeptFirst(has.postgres, has.store)
    log = TracedLog(log) if is_tracing() else log
    engine: RunsCommands = Engine(log, has.aggregates)
    readers, city = has.readers, has.city
    return Stack(
        settings=settings,
        log=log,
        aggregates=has.aggregates,
        engine=TracedEngine(engine) if is_tracing() else engine,
        personal=has.store,
        waiting=has.waiter,
        **views_of(readers),
        positions=has.positions,
        shift_owners=OwnersOnDuty(readers),
        money=MoneyViews(readers),
        webhooks=WebhookInbox(readers),
        readers=readers,
        **for_auditors(readers, settings),
        zones=city.zones,
        prices=city.prices,
        city=city,
        readiness=Readiness(readers, city.checks),
        log_head=has.postgres.head,
        fingerprint_key=fingerprint_key(settings),
        trade=trade_of(settings, city.zones, city.prices),
        codes=start_codes(settings),
        identity=has.identity,
        sign_in=_sign_in(settings, has, engine),
        members=Members(has.readers, proof_keys(settings)),
        **people_and_files(settings, readers, has.store, has.aggregates, has.closers),
        promises=city.promises if settings.promises else None,
        security=has.security,
        limiter=await open_limiter(settings, has.closers),
        closers=has.closers,
    )


def _sign_in(settings: Settings, has: _Opened, engine: RunsCommands) -> SignIn:
    sign_in = sign_in_of(settings, has.readers, has.identity.sessions, engine, has.aggregates, has.security)
    has.closers.callback(sign_in.passwords.close)
    return sign_in


def trade_of(settings: Settings, zones: ZoneMap, prices: PriceBook) -> Trade:
    """By which zones, prices and search rules a deployment trades."""
    return Trade(zones, prices, search_plan(settings), timedelta(seconds=settings.scheduled_search_begins_before_s))


def start_codes(settings: Settings) -> StartCodes:
    """The codes that let work begin."""
    return DerivedStartCodes(start_code_key(settings.personal_key))


def fingerprint_key(settings: Settings) -> bytes:
    """Keys the fingerprints of commands, since what is hashed holds personal data."""
    return hashlib.blake2b(settings.personal_key, person=b"fingerprints", digest_size=32).digest()
