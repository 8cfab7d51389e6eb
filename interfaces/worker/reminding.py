"""Who tells owners that a vehicle's insurance or exhaust certificate ends? Every worker; each reminder goes once."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, cast
from uuid import uuid5
from zoneinfo import ZoneInfo

import psycopg

from application.keep_vehicle import RemindOfPapers, remind_of_papers
from application.log import CommandContext, LogUnavailable, fingerprint_of
from application.messages import Message, NotCarried
from application.personal import PersonalUnavailable
from domain.account import Account
from domain.account_terms import HandleKind
from domain.actor import Actor
from domain.profile import Profile, profile_id
from domain.profile_terms import Channel, Language, NoticeKind
from domain.vehicle import Vehicle, VehiclePaper
from infra.bootstrap import Stack, build
from infra.database_url import app_dsn
from infra.messages.build import Carriers, carriers_of
from infra.queries.pool import Pool, reader_pool
from infra.settings import Settings, SettingsError
from infra.telemetry import metrics
from infra.telemetry.logging import log

if TYPE_CHECKING:
    from uuid import UUID

NAME: Final = "reminders"
# A minute: papers end at midnight, weeks ahead.
REST_S: Final = 60.0
PAUSE_S: Final = 5.0
# 200 vehicles a look: a second of work; the next look follows at once.
AT_ONCE: Final = 200
DUE: Final = """
SELECT tenant, vehicle_id, version FROM vehicles
 WHERE (insurance_next <= %(at)s AND insurance_until > %(at)s) OR (puc_next <= %(at)s AND puc_until > %(at)s)
 ORDER BY tenant, vehicle_id LIMIT %(most)s
"""
HANDLES: Final = ((Channel.SMS, HandleKind.PHONE), (Channel.EMAIL, HandleKind.EMAIL))
PAPERS: Final = {
    Language.ENGLISH: {VehiclePaper.INSURANCE: "insurance", VehiclePaper.PUC: "pollution certificate (PUC)"},
    Language.HINDI: {VehiclePaper.INSURANCE: "बीमा", VehiclePaper.PUC: "प्रदूषण प्रमाणपत्र (PUC)"},
}
TEXTS: Final = {
    Language.ENGLISH: ("The {paper} ends soon", "The {paper} of {plate} ends on {day}. Renew it before you drive on."),
    Language.HINDI: ("{paper} समाप्त होने वाला है", "{plate} का {paper} {day} को समाप्त होता है। समय पर नवीनीकरण कराएँ।"),
}

_log = log(NAME)


class Reminding:
    """What is due is noted first and told then: whoever dies in between has told nobody, and nobody hears twice."""

    def __init__(self, stack: Stack, pool: Pool, carriers: Carriers) -> None:
        self._stack = stack
        self._pool = pool
        self._carriers = carriers

    async def look(self, at: datetime) -> int:
        """Remind whom it is time to; how many vehicles there were. Raises LogUnavailable or PersonalUnavailable."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(DUE, {"at": at, "most": AT_ONCE})
            due = cast("list[tuple[str, UUID, int]]", await cursor.fetchall())
        for tenant, vehicle_id, version in due:
            await self._remind(tenant, vehicle_id, version, at)
        return len(due)

    async def _remind(self, tenant: str, vehicle_id: UUID, version: int, at: datetime) -> None:
        actor, key = Actor.system(NAME, tenant), f"remind/{vehicle_id}/{version}/{int(at.timestamp() // REST_S)}"
        context = CommandContext(tenant, actor.text, key, fingerprint_of(key), vehicle_id, at)
        command = RemindOfPapers(actor, vehicle_id, at)
        done = await self._stack.engine.run(context, lambda work: remind_of_papers(command, work))
        if done.replayed:
            return
        for told in cast("list[str]", done.answer["due"]):
            paper, _, days = told.partition("/")
            await self._tell(tenant, vehicle_id, VehiclePaper(paper), days)

    async def _tell(self, tenant: str, vehicle_id: UUID, paper: VehiclePaper, days: str) -> None:
        vehicle = await self._stack.aggregates.load(Vehicle, tenant, vehicle_id)
        account = None if vehicle is None else await self._stack.aggregates.load(Account, tenant, vehicle.customer_id)
        if vehicle is None or account is None or account.closed_for is not None:
            return
        profile = await self._stack.aggregates.load(Profile, tenant, profile_id(vehicle.customer_id))
        language = Language.ENGLISH if profile is None else profile.language
        records = await self._stack.personal.get(tenant, [vehicle.record_id, *account.handles.values()])
        kept = records[vehicle.record_id]
        plate = str(kept.fields.get("plate") or "") if kept is not None else ""
        subject, text = _written(language, paper, plate, self._day(vehicle.papers[paper]))
        for channel, kind in HANDLES:
            handle = account.handles.get(kind)
            contact = None if handle is None else records[handle]
            if contact is None or (profile is not None and not profile.wants(NoticeKind.VEHICLE_PAPERS, channel)):
                continue
            name = f"{paper.value}/{vehicle.papers[paper].isoformat()}/{days}/{channel.value}"
            message = Message(uuid5(vehicle_id, name), str(contact.fields[kind.value]), subject, text)
            await self._send(channel, message)

    async def _send(self, channel: Channel, message: Message) -> None:
        carrier = self._carriers.sms if channel is Channel.SMS else self._carriers.mail
        try:
            await carrier.carry(message)
        except NotCarried as error:
            _log.warning("reminder_not_carried", code=error.code)
            metrics.messages_not_carried.labels(error.code).inc()
            return
        metrics.messages_carried.labels("vehicle_papers").inc()

    def _day(self, until: datetime) -> str:
        zone = ZoneInfo(self._stack.settings.people_time_zone)
        return (until - timedelta(seconds=1)).astimezone(zone).strftime("%d.%m.%Y")


def _written(language: Language, paper: VehiclePaper, plate: str, day: str) -> tuple[str, str]:
    name = PAPERS[language][paper]
    subject, text = TEXTS[language]
    return subject.format(paper=name), text.format(paper=name, plate=plate, day=day)


async def keep_reminding(settings: Settings, stop: asyncio.Event) -> None:
    """Look until told to stop; whatever fails, begin again."""
    while not stop.is_set():
        try:
            await _remind_until(settings, stop)
        except SettingsError as error:
            _log.warning("reminders_have_no_key", why=str(error))
            return
        except psycopg.errors.UndefinedTable:
            await _rest(stop, PAUSE_S)
        except (psycopg.Error, LogUnavailable, PersonalUnavailable, OSError) as error:
            _log.warning("reminders_wait", error=type(error).__name__)
            await _rest(stop, PAUSE_S)


async def _remind_until(settings: Settings, stop: asyncio.Event) -> None:
    stack, pool = (
        await build(settings, "vehicaid-reminders"),
        reader_pool(app_dsn(settings, "vehicaid-reminders"), most=1),
    )
    await pool.open()
    try:
        reminding = Reminding(stack, pool, carriers_of(settings))
        while not stop.is_set():
            if await reminding.look(datetime.now(UTC)) < AT_ONCE:
                await _rest(stop, REST_S)
    finally:
        await pool.close()
        await stack.close()


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
