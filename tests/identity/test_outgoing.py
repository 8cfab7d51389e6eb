"""Does every message leave once, does no number lie about in the open, and is an erased person found no more?"""

import json
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import anyio.to_thread
import pytest
from typer.testing import CliRunner

from application.messages import Message, NotCarried
from domain.account_terms import ClosedFor, HandleKind
from infra.bootstrap import Stack, build
from infra.identity.challenge import ProofRefused, Purpose
from infra.identity.outgoing import Outgoing
from infra.identity.people import Wanted
from infra.identity.postgres_proofs import PostgresProofs
from infra.identity.sign_in import Device
from infra.messages.build import Carriers
from infra.queries.pool import reader_pool
from infra.retention import purge_proofs
from interfaces.cli import personal
from interfaces.worker.postman import Postman
from tests.personal.haystack import needles, sightings, tables
from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
PHONE, EMAIL, PASSWORD = "+919845066771", "ashalata.xyzzy@example.org", "a tow rope and a map"
HERE = Device("6f1c9a52", "Firefox on Android", "192.0.2.8")


@dataclass
class Taking:
    """A carrier that takes everything, or refuses for a while."""

    taken: list[Message] = field(default_factory=list)
    refusing: NotCarried | None = None

    async def carry(self, message: Message) -> None:
        if self.refusing is not None:
            raise self.refusing
        self.taken.append(message)


@pytest.fixture
async def stack(database: Database) -> AsyncIterator[Stack]:
    stack = await build(database.settings, "vehicaid-test")
    yield stack
    await stack.close()


@pytest.fixture
async def post(database: Database, stack: Stack) -> AsyncIterator[tuple[Postman, Taking]]:
    async with reader_pool(database.app_dsn) as pool:
        taking = Taking()
        carriers = Carriers(taking, taking)
        keys = stack.sign_in.keys
        yield Postman(Outgoing(pool), PostgresProofs(pool), keys, carriers, "https://vehicaid.example/sign-in"), taking


def now() -> datetime:
    return datetime.now(UTC)


async def test_a_message_leaves_once_and_again_only_when_nobody_took_it(
    stack: Stack, post: tuple[Postman, Taking]
) -> None:
    postman, taking = post
    at = now()
    begun = await stack.sign_in.ask_phone("demo", PHONE, HERE, at)
    taking.refusing = NotCarried("away", for_good=False)
    assert await postman.deliver(at) == 1
    assert await postman.deliver(at) == 0, "not before some seconds have passed"
    taking.refusing = None
    assert await postman.deliver(at + timedelta(seconds=3)) == 1
    assert await postman.deliver(at + timedelta(seconds=60)) == 0
    (message,) = taking.taken
    code = stack.sign_in.keys.code(begun.challenge_id)
    assert (message.to, message.code) == (PHONE, code)
    assert message.text.startswith(code)
    assert len(message.text) <= 160, "one SMS"
    await stack.sign_in.ask_phone("demo", "+919845066772", HERE, at)
    taking.refusing = NotCarried("fast2sms_411", for_good=True)
    await postman.deliver(at)
    taking.refusing = None
    assert await postman.deliver(at + timedelta(seconds=60)) == 0, "nobody sends to a number that is none"


async def test_a_link_comes_by_mail_and_one_who_is_known_is_told_so_there(
    stack: Stack, post: tuple[Postman, Taking]
) -> None:
    postman, taking = post
    at = now()
    await stack.sign_in.ask_link("demo", EMAIL, HERE, at)
    await postman.deliver(at)
    link = taking.taken[0].text.partition("#link=")[2].split()[0]
    await stack.sign_in.by_link(link, HERE, Wanted(), at)
    later = at + timedelta(minutes=1)
    begun = await stack.sign_in.register("demo", EMAIL, PASSWORD, HERE, later)
    await postman.deliver(later)
    assert taking.taken[1].subject == "You have an account"
    assert stack.sign_in.keys.code(begun.challenge_id) not in taking.taken[1].text


async def test_no_number_lies_in_the_open(
    stack: Stack, database: Database, post: tuple[Postman, Taking], capfd: pytest.CaptureFixture[str]
) -> None:
    at, sign_in = now(), stack.sign_in
    person = await signed_in(stack, at)
    await sign_in.register("demo", EMAIL, PASSWORD, HERE, at)
    await post[0].deliver(at)
    said = [("what was logged", capfd.readouterr().out.encode())]
    wanted = needles(PHONE, EMAIL, PASSWORD, HERE.address)
    assert sightings([*tables(database.admin_dsn), *said], wanted) == []
    record_id = await phone_of(stack, person)
    told = await stack.personal.get("demo", [record_id])
    assert told[record_id] is not None


async def test_who_is_erased_is_found_no_more(
    stack: Stack, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(personal, "load_settings", lambda: database.settings)
    at, sign_in = now(), stack.sign_in
    person = await signed_in(stack, at)
    record_id = await phone_of(stack, person)
    done = await anyio.to_thread.run_sync(
        lambda: CliRunner().invoke(personal.app, ["erase", "demo", f"usr_{person.hex}"], catch_exceptions=False)
    )
    assert json.loads(done.output.splitlines()[-1])["erased"] is True
    assert (await stack.personal.get("demo", [record_id]))[record_id] is None
    closed = await sign_in.people.account("demo", person)
    assert closed is not None
    assert closed.closed_for is ClosedFor.ERASED
    index = sign_in.keys.blind_index("demo", HandleKind.PHONE, PHONE)
    assert await sign_in.proofs.whose("demo", HandleKind.PHONE, index) is None
    assert await signed_in(stack, at + timedelta(minutes=1)) != person, "somebody new"


async def signed_in(stack: Stack, at: datetime) -> UUID:
    sign_in = stack.sign_in
    asked = await sign_in.ask_phone("demo", PHONE, HERE, at)
    code = sign_in.keys.code(asked.challenge_id)
    pair = await sign_in.by_code(asked.challenge_id, code, Purpose.SIGN_IN, HERE, Wanted(), at)
    person = stack.identity.authority.verify(pair.access_token, at).actor.subject_id
    assert person is not None
    return person


async def phone_of(stack: Stack, person: UUID) -> UUID:
    account = await stack.sign_in.people.account("demo", person)
    assert account is not None
    (record_id,) = account.handles.values()
    return record_id


async def test_what_was_asked_long_ago_goes_and_what_limits_count_stays(stack: Stack, database: Database) -> None:
    at = now()
    for days in (3, 1, 0):
        await stack.sign_in.ask_phone("demo", PHONE, HERE, at - timedelta(days=days))
    with pytest.raises(ProofRefused):
        await stack.sign_in.by_password("demo", EMAIL, PASSWORD, HERE, Wanted(), at - timedelta(days=3))
    assert purge_proofs(database.app_dsn, timedelta(days=2), threading.Event()) == 3
    assert purge_proofs(database.app_dsn, timedelta(days=2), threading.Event()) == 0
