"""Is an owner told once, in time, in their language, by the channels they want, that a vehicle's paper ends?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from application.change_profile import ChangeProfile, change_profile
from application.keep_vehicle import ChangeVehicle, RegisterVehicle, change_vehicle, register_vehicle
from application.log import CommandContext, fingerprint_of
from application.personal import PersonalKind, PersonalRecord, Told
from domain.account_terms import HandleKind
from domain.actor import Actor
from domain.catalogue import Fuel, VehicleClass
from domain.profile_terms import Channel, Language, NoticeKind
from domain.vehicle import Vehicle, VehiclePaper
from infra.bootstrap import Stack, build
from infra.database_url import app_dsn
from infra.identity.challenge import Purpose
from infra.identity.people import Wanted
from infra.identity.sign_in import Device
from infra.messages.build import Carriers
from infra.projections.projector import Projector
from infra.queries.pool import reader_pool
from interfaces.worker.reminding import Reminding

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from application.engine import Answer, Work
    from application.messages import Message
    from domain.profile import Profile
    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
PHONE, MAIL, PLATE = "+919845066881", "owner@example.org", "KA01AB0123"
HERE = Device("6f1c9a52", "Firefox on Android", "192.0.2.8")


@dataclass
class Taking:
    """A carrier that takes everything."""

    taken: list[Message] = field(default_factory=list)

    async def carry(self, message: Message) -> None:
        self.taken.append(message)


@dataclass
class Owner:
    """A customer with one vehicle, and who reminds them."""

    stack: Stack
    projector: Projector
    reminding: Reminding
    taking: Taking
    actor: Actor
    vehicle_id: UUID

    async def order(self, decide: Callable[[Work], Awaitable[Answer]], told: Told | None = None) -> int:
        key = uuid4().hex
        context = CommandContext("demo", self.actor.text, key, fingerprint_of(key), uuid4(), datetime.now(UTC))
        return (await self.stack.engine.run(context, decide, told)).position

    async def vehicle(self, change: Callable[[Vehicle], object]) -> None:
        command = ChangeVehicle(self.actor, self.vehicle_id, change, datetime.now(UTC))
        position = await self.order(lambda work: change_vehicle(command, work))
        await self.stack.waiting.wait_for("vehicles", position, 20)

    async def profile(self, change: Callable[[Profile], None]) -> None:
        command = ChangeProfile(self.actor, self.whom, change, datetime.now(UTC))
        await self.order(lambda work: change_profile(command, work))

    @property
    def whom(self) -> UUID:
        assert self.actor.subject_id is not None
        return self.actor.subject_id

    async def look(self, at: datetime) -> list[Message]:
        before = len(self.taking.taken)
        await self.reminding.look(at)
        await self.stack.waiting.wait_for("vehicles", await self.stack.log_head(), 20)
        return self.taking.taken[before:]


@pytest.fixture
async def owner(database: Database) -> AsyncIterator[Owner]:
    stack, projector, at = (
        await build(database.settings, "vehicaid-test"),
        Projector(database.settings),
        datetime.now(UTC),
    )
    projector.start()
    async with reader_pool(database.app_dsn) as pool:
        asked = await stack.sign_in.ask_phone("demo", PHONE, HERE, at)
        code = stack.sign_in.keys.code(asked.challenge_id)
        pair = await stack.sign_in.by_code(asked.challenge_id, code, Purpose.SIGN_IN, HERE, Wanted(), at)
        actor = stack.identity.authority.verify(pair.access_token, at).actor
        taking = Taking()
        reminding = Reminding(stack, pool, Carriers(taking, taking))
        owner = Owner(stack, projector, reminding, taking, actor, uuid4())
        record = uuid4()
        kind, name = (VehicleClass.CAR, Fuel.PETROL), ("maruti_suzuki", "swift")
        command = RegisterVehicle(actor, owner.vehicle_id, owner.whom, kind, name, record, at)
        told = Told(owner.whom, {record: PersonalRecord(PersonalKind.VEHICLE, {"plate": PLATE})})
        await owner.order(lambda work: register_vehicle(command, work), told)
        yield owner
    projector.stop()
    await stack.close()


async def test_thirty_seven_and_one_days_before_and_each_once(owner: Owner) -> None:
    now = datetime.now(UTC)
    until = now + timedelta(days=40)
    await owner.vehicle(lambda vehicle: vehicle.note_paper(VehiclePaper.INSURANCE, until, now))
    heard = []
    for days in (39, 30, 29, 8, 7, 6, 1, 0.5):
        for _ in range(2):
            messages = await owner.look(until - timedelta(days=days))
            heard += [(days, message.to) for message in messages]
    assert heard == [(30, PHONE), (7, PHONE), (1, PHONE)]
    assert await owner.look(until + timedelta(days=1)) == []
    (first, *_) = owner.taking.taken
    assert PLATE in first.text
    assert "insurance" in first.text
    assert len({message.message_id for message in owner.taking.taken}) == 3


async def test_in_their_language_and_not_at_all_when_they_do_not_want_it(owner: Owner) -> None:
    now = datetime.now(UTC)
    until = now + timedelta(days=20)
    await owner.profile(lambda profile: profile.choose_language(Language.HINDI, now))
    await owner.vehicle(lambda vehicle: vehicle.note_paper(VehiclePaper.PUC, until, now))
    (message,) = await owner.look(now)
    assert "प्रदूषण" in message.text
    choice = (NoticeKind.VEHICLE_PAPERS, Channel.SMS)
    await owner.profile(lambda profile: profile.choose_notice(*choice, now, is_wanted=False))
    assert await owner.look(until - timedelta(days=6)) == []
    await owner.profile(lambda profile: profile.choose_notice(*choice, now, is_wanted=True))
    assert await owner.look(until - timedelta(days=6)) == [], "it was due once, and is not told later"


async def reachable_by_mail(owner: Owner) -> None:
    await owner.stack.sign_in.people.know(owner.whom, "demo", HandleKind.EMAIL, MAIL, uuid4(), datetime.now(UTC))


async def a_year(owner: Owner, begins: datetime) -> list[tuple[int, str]]:
    """Which day of a year somebody hears something, by which address; every day is looked at twice."""
    heard = []
    for day in range(366):
        for hour in (3, 15):
            messages = await owner.look(begins + timedelta(days=day, hours=hour))
            heard += [(day, message.to) for message in messages]
    return heard


async def test_a_year_with_two_papers_one_of_them_renewed(owner: Owner) -> None:
    begins = datetime.now(UTC)
    insured, clean = begins + timedelta(days=100), begins + timedelta(days=103)
    await owner.vehicle(lambda vehicle: vehicle.note_paper(VehiclePaper.INSURANCE, insured, begins))
    await owner.vehicle(lambda vehicle: vehicle.note_paper(VehiclePaper.PUC, clean, begins))
    first = [message for day in range(98) for message in await owner.look(begins + timedelta(days=day, hours=3))]
    assert [paper_of(message) for message in first] == ["insurance", "PUC", "insurance", "PUC"], "at 30 and at 7 days"
    renewed = begins + timedelta(days=300)
    await owner.vehicle(lambda vehicle: vehicle.note_paper(VehiclePaper.INSURANCE, renewed, begins))
    heard = await a_year(owner, begins + timedelta(days=98))
    # The exhaust certificate on its last day, and of the new insurance all three; nothing more of the old one.
    assert [day + 98 for day, _ in heard] == [102, 270, 293, 299]
    assert len({message.message_id for message in owner.taking.taken}) == 8, "each is a message of its own"


async def test_two_papers_that_end_together_are_two_messages(owner: Owner) -> None:
    now = datetime.now(UTC)
    until = now + timedelta(days=6)
    for paper in VehiclePaper:
        await owner.vehicle(partial(Vehicle.note_paper, paper=paper, valid_until=until, at=now))
    assert sorted(paper_of(message) for message in await owner.look(now)) == ["PUC", "insurance"]
    assert await owner.look(now + timedelta(hours=1)) == []


async def test_by_mail_too_and_by_mail_alone_for_who_wants_no_sms(owner: Owner) -> None:
    now = datetime.now(UTC)
    until = now + timedelta(days=40)
    await reachable_by_mail(owner)
    await owner.profile(lambda profile: profile.choose_language(Language.HINDI, now))
    await owner.vehicle(lambda vehicle: vehicle.note_paper(VehiclePaper.INSURANCE, until, now))
    both = await owner.look(until - timedelta(days=20))
    assert [message.to for message in both] == [PHONE, MAIL]
    assert all("बीमा" in message.text for message in both)
    assert "बीमा" in both[1].subject
    choice = (NoticeKind.VEHICLE_PAPERS, Channel.SMS)
    await owner.profile(lambda profile: profile.choose_notice(*choice, now, is_wanted=False))
    assert [message.to for message in await owner.look(until - timedelta(days=6))] == [MAIL]


async def test_a_worker_that_dies_before_it_told_makes_nobody_hear_twice(owner: Owner) -> None:
    now = datetime.now(UTC)
    until = now + timedelta(days=40)
    await reachable_by_mail(owner)
    await owner.vehicle(lambda vehicle: vehicle.note_paper(VehiclePaper.INSURANCE, until, now))
    dying = Dying()
    async with reader_pool(app_dsn(owner.stack.settings, "vehicaid-test")) as pool:
        worker = Reminding(owner.stack, pool, Carriers(owner.taking, dying))
        with pytest.raises(Killed):
            await worker.look(until - timedelta(days=30))
    (told,) = owner.taking.taken
    assert told.to == PHONE, "it died between the two channels"
    await owner.stack.waiting.wait_for("vehicles", await owner.stack.log_head(), 20)
    assert await owner.look(until - timedelta(days=30)) == [], "noted before it was told: nobody hears it twice"
    assert [message.to for message in await owner.look(until - timedelta(days=7))] == [PHONE, MAIL], "the nearer one"


class Killed(BaseException):
    """What no handler of errors catches, as kill -9."""


class Dying:
    """A carrier during whose work the process ends."""

    async def carry(self, message: Message) -> None:
        raise Killed(message.message_id)


def paper_of(message: Message) -> str:
    return "PUC" if "PUC" in message.text else "insurance"
