"""Is every fact told to whoever it concerns, at least once, whatever the other side does, and to nobody else?"""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from domain.ids import Prefix, show
from domain.refusal import NotFound
from infra.event_store.log import PostgresEventLog
from infra.hooks.delivering import FAILS_FOR, HELD, PAUSES, Delivering, next_try
from infra.hooks.endpoints import Endpoints, UnknownHookName
from infra.hooks.messages import Messages
from infra.hooks.reaching import Reached
from infra.hooks.reading import Reading
from infra.hooks.signing import is_genuine
from infra.identity.deployment_key import DeploymentKey
from infra.queries.pool import Pool, reader_pool
from tests.support.saves import NOON, event, save, stream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

KEY = DeploymentKey(b"a key for tests of webhooks")
DAY = timedelta(days=1)
PARTNER, OTHER = UUID(int=5), UUID(int=6)
TAKEN, BROKEN, GONE = Reached(204, "http_204"), Reached(500, "http_500"), Reached(410, "http_410")


@dataclass
class Mailbox:
    """Whoever is called: answers as it was told to, and keeps what it heard."""

    answers: Reached = TAKEN
    heard: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reached:
        self.heard.append((url, headers, body))
        return self.answers

    def told(self, url: str) -> list[str]:
        """The names and requests that one place heard of."""
        said = [json.loads(body) for to, _, body in self.heard if to == url]
        return [f"{one['type'].split('.')[2]} {one['subject']}" for one in said]


@dataclass
class Post:
    """Everything that webhooks are made of, on one database."""

    tenant: str
    log: PostgresEventLog
    endpoints: Endpoints
    messages: Messages
    reading: Reading
    delivering: Delivering
    mailbox: Mailbox

    async def happened(self, name: str, topic: str, **payload: str) -> None:
        facts = event(name, None, json.dumps(payload).encode(), topic)
        await self.log.append(save(uuid4().hex, facts, tenant=self.tenant))

    async def read(self) -> None:
        while await self.reading.go_on(NOON):
            pass

    async def placed(self, url: str, partner: UUID | None = None, *names: str) -> tuple[UUID, str]:
        hook = uuid4()
        secret = await self.endpoints.add(self.tenant, hook, partner, url, names, NOON)
        return hook, str(secret.shown)


@asynccontextmanager
async def a_post(database: Database) -> AsyncIterator[Post]:
    pool: Pool = reader_pool(database.app_dsn, most=4)
    async with pool:
        mailbox = Mailbox()
        log = PostgresEventLog(database.app_dsn, pool)
        endpoints = Endpoints(pool, KEY, is_local=False)
        # The mailbox stands where the network would be; who may be called is a test of its own.
        delivering = Delivering(pool, KEY, mailbox, lambda: 0.0)
        post = Post(f"t{uuid4().hex[:8]}", log, endpoints, Messages(pool), Reading(pool), delivering, mailbox)
        try:
            yield post
        finally:
            for one in await endpoints.listed(post.tenant):
                await endpoints.remove(post.tenant, one.endpoint_id)
            await log.close()


def named(request: str) -> str:
    return show(Prefix.REQUEST, stream(request))


async def test_a_partner_hears_of_its_own_requests_and_a_tenant_of_all(shared_database: Database) -> None:
    async with a_post(shared_database) as post:
        await post.happened("before", "service_request.requested")
        await post.placed("https://a.example/", PARTNER)
        await post.placed("https://b.example/", OTHER)
        await post.placed("https://all.example/", None, "vehicaid.service_request.completed.v1")
        for request in ("ours", "theirs"):
            await post.happened(request, "service_request.requested")
        told = {"request_id": str(stream("ours")), "partner_id": str(PARTNER)}
        await post.happened("cover", "partner_cover.named", **told)
        for request in ("ours", "theirs"):
            await post.happened(request, "service_request.completed")
        await post.read()
        assert await post.delivering.go_on(NOON) == 4
        assert post.mailbox.told("https://a.example/") == [
            f"{word} {named('ours')}" for word in ("covered", "completed")
        ]
        assert post.mailbox.told("https://b.example/") == []
        both = [f"completed {named(request)}" for request in ("ours", "theirs")]
        assert post.mailbox.told("https://all.example/") == both
        assert await post.delivering.go_on(NOON + DAY) == 0


async def test_both_secrets_sign_until_the_old_one_is_over(shared_database: Database) -> None:
    async with a_post(shared_database) as post:
        hook, old = await post.placed("https://a.example/")
        new = str((await post.endpoints.rotate(post.tenant, hook, NOON, DAY)).shown)
        await post.happened("one", "service_request.completed")
        await post.read()
        for at in (NOON, NOON + 2 * DAY):
            await post.delivering.go_on(at)
            await post.messages.replay(post.tenant, hook, (1, 1 << 40), at, uuid4(), dead_only=False)
        now_s = int(NOON.timestamp())
        (_, first, body), (_, second, again) = post.mailbox.heard
        assert [is_genuine(one, dict(first), body, now_s) for one in (old, new)] == [True, True]
        later_s = now_s + 2 * 86_400
        assert [is_genuine(one, dict(second), again, later_s) for one in (old, new)] == [False, True]
        assert body == again


async def test_whoever_takes_nothing_is_tried_for_three_days_and_sent_it_again_on_demand(
    shared_database: Database,
) -> None:
    async with a_post(shared_database) as post:
        hook, _ = await post.placed("https://a.example/")
        await post.happened("one", "service_request.completed")
        await post.read()
        post.mailbox.answers = BROKEN
        at = NOON
        for pause in PAUSES:
            assert await post.delivering.go_on(at) == 1
            assert await post.delivering.go_on(at + pause - timedelta(seconds=1)) == 0
            at += pause
        assert await post.delivering.go_on(at) == 1
        assert (await post.messages.standing(post.tenant))[hook] == {"dead": 1}
        assert at - NOON > 3 * DAY
        post.mailbox.answers = TAKEN
        assert await post.messages.replay(post.tenant, hook, (1, 1 << 40), at, uuid4(), dead_only=True) == 1
        assert await post.delivering.go_on(at) == 1
        assert (await post.messages.standing(post.tenant))[hook] == {"taken": 1}


async def test_whoever_is_killed_with_one_in_hand_leaves_it_to_the_next(shared_database: Database) -> None:
    async with a_post(shared_database) as post:
        await post.placed("https://a.example/")
        await post.happened("one", "service_request.completed")
        await post.read()
        assert len(await post.delivering._take(NOON)) == 1
        assert await post.delivering.go_on(NOON + HELD / 2) == 0
        assert await post.delivering.go_on(NOON + HELD) == 1


@pytest.mark.parametrize("answer", [GONE, BROKEN])
async def test_a_place_that_nobody_looks_after_is_turned_off(shared_database: Database, answer: Reached) -> None:
    async with a_post(shared_database) as post:
        hook, _ = await post.placed("https://a.example/")
        post.mailbox.answers = answer
        for at in (NOON, NOON + FAILS_FOR):
            await post.happened("one", "service_request.completed")
            await post.read()
            await post.delivering.go_on(at)
        assert [one.state for one in await post.endpoints.listed(post.tenant)] == ["failed"]
        post.mailbox.answers = TAKEN
        assert await post.delivering.go_on(NOON + 9 * DAY) == 0
        await post.endpoints.turn(post.tenant, hook, on=True)
        assert await post.delivering.go_on(NOON + 9 * DAY) == 2


async def test_one_tenant_changes_nothing_of_another(shared_database: Database) -> None:
    async with a_post(shared_database) as post:
        hook, _ = await post.placed("https://a.example/")
        with pytest.raises(NotFound):
            await post.endpoints.rotate("another", hook, NOON, DAY)
        with pytest.raises(NotFound):
            await post.endpoints.remove("another", hook)
        assert await post.messages.replay("another", hook, (1, 1 << 40), NOON, uuid4(), dead_only=False) == 0
        with pytest.raises(UnknownHookName):
            await post.placed("https://a.example/", None, "vehicaid.everything.v1")


def test_pauses_grow_by_chance_and_end() -> None:
    assert next_try(1, NOON, 0.0) == NOON + PAUSES[0]
    assert next_try(1, NOON, 1.0) == NOON + PAUSES[0] * 1.2
    assert next_try(len(PAUSES) + 1, NOON, 0.0) is None
