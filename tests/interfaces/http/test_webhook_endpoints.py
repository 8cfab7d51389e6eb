"""Are webhooks looked after over HTTP by whom they concern, shown their secret once, and told what was answered?"""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from application.security_log import SecurityKind
from domain.actor import Role
from domain.ids import Prefix, new_id, show
from infra.hooks.delivering import Delivering
from infra.hooks.endpoints import MOST_OF_A_PARTNER
from infra.hooks.reaching import Reaching, SystemResolver
from infra.hooks.reading import Reading
from infra.hooks.signing import is_genuine
from infra.identity.deployment_key import DeploymentKey
from tests.interfaces.http.admitted import tagged
from tests.support.api import HELP, Api, fresh_key, somebody

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from infra.bootstrap import Stack

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

PATH = "/v1/webhook-endpoints"
ONE = PATH + "/{endpoint_id}"
URL = "https://hooks.example.com/in"
REQUESTED = "vehicaid.service_request.requested.v1"
ACTS = ("on", "off", "change", "rotate-secret", "replay", "test", "removal")
BODIES: dict[str, object] = {"rotate-secret": {}, "change": {}, "replay": {"first_position": 1, "last_position": 9}}


def a_tenant() -> str:
    return f"hooks-{new_id(datetime.now(UTC)).hex}"


@dataclass
class Mailbox:
    """A partner's own server, on a socket of this machine."""

    url: str = ""
    status: int = 204
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@asynccontextmanager
async def a_mailbox() -> AsyncIterator[Mailbox]:
    box = Mailbox()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:-2]
        told = {name.lower(): value for name, _, value in (line.partition(": ") for line in head)}
        box.heard.append((told, await reader.readexactly(int(told["content-length"]))))
        writer.write(f"HTTP/1.1 {box.status} Said\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    box.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/in"
    async with server:
        yield box


async def deliver(stack: Stack) -> None:
    """What a worker does, until nothing is left."""
    key, reading = DeploymentKey(stack.settings.token_key), Reading(stack.readers)
    delivering = Delivering(stack.readers, key, Reaching(SystemResolver(), is_local=True), lambda: 0.0)
    while await reading.go_on(datetime.now(UTC)) + await delivering.go_on(datetime.now(UTC)):
        pass


def test_no_route_is_missing_here() -> None:
    acts = {f"POST {ONE}/{act}" for act in ACTS}
    assert tagged("Webhooks to partners") == {f"POST {PATH}", f"GET {PATH}", f"GET {ONE}", f"GET {ONE}/messages", *acts}


async def test_a_partner_has_its_own_and_administrators_all(api: Api) -> None:
    tenant = a_tenant()
    admin, partner, other = (somebody(role, tenant) for role in (Role.ADMIN, Role.PARTNER, Role.PARTNER))
    theirs = await api.done(PATH, partner, {"url": URL})
    ours = await api.done(PATH, admin, {"url": URL, "names": [REQUESTED]})
    assert theirs["partner_id"] == show(Prefix.PARTNER, partner.subject_id)  # type: ignore[arg-type]  # it has one
    assert ours["partner_id"] is None

    async def seen(actor: Any) -> list[object]:
        return [one["id"] for one in (await api.get(PATH, actor)).json()["data"]]

    assert [await seen(one) for one in (admin, partner, other)] == [[theirs["id"], ours["id"]], [theirs["id"]], []]
    for hook, strangers in ((theirs, (other,)), (ours, (partner, other))):
        for actor in (*strangers, somebody(Role.ADMIN, "rival"), somebody(Role.PARTNER, "rival", partner.subject_id)):
            for read in ("", "/messages"):
                hidden = await api.get(f"{PATH}/{hook['id']}{read}", actor)
                assert (hidden.status_code, hidden.json()["code"]) == (404, "not_found")
            for act in ACTS:
                refused = await api.post(f"{PATH}/{hook['id']}/{act}", actor, BODIES.get(act))
                assert (refused.status_code, refused.json()["code"]) == (404, "not_found"), act
    anothers = await api.post(PATH, partner, {"url": URL, "partner_id": show(Prefix.PARTNER, uuid4())})
    assert anothers.json()["code"] == "not_found"
    unknown = await api.post(PATH, admin, {"url": URL, "partner_id": show(Prefix.PARTNER, uuid4())})
    assert unknown.json()["code"] == "not_found"
    for act in ("off", "on", "removal"):
        await api.done(f"{PATH}/{theirs['id']}/{act}", partner)
    assert await seen(partner) == []


async def test_a_repeated_order_adds_nothing_and_changes_no_secret(api: Api, stack: Stack) -> None:
    partner, key = somebody(Role.PARTNER, a_tenant()), fresh_key()
    first = await api.post(PATH, partner, {"url": URL}, key=key)
    assert first.headers["Cache-Control"] == "no-store"
    again = await api.post(PATH, partner, {"url": URL}, key=key)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert again.json()["secret"].startswith("whsec_")
    other = await api.post(PATH, partner, {"url": URL + "/other"}, key=key)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert len((await api.get(PATH, partner)).json()["data"]) == 1

    rotate, turn = f"{PATH}/{first.json()['id']}/rotate-secret", fresh_key()
    one, two = [(await api.post(rotate, partner, {}, key=turn)).json()["secret"] for _ in range(2)]
    assert one == two != first.json()["secret"]
    assert (await api.post(PATH, partner, {"url": URL}, key=key)).json()["secret"] is None, "another followed"
    await api.done(rotate, partner, {"overlap_h": 1})
    for _ in range(3):
        assert (await api.post(rotate, partner, {}, key=turn)).json()["secret"] is None, "nothing goes back"
        await api.done(rotate, partner, {"overlap_h": 1})
    async with stack.readers.connection() as connection:
        rows = await (await connection.execute("SELECT to_jsonb(e)::text FROM hook_endpoints AS e")).fetchall()
    assert not any(
        secret.removeprefix("whsec_") in str(row) for row in rows for secret in (one, first.json()["secret"])
    )


async def test_what_cannot_be_is_refused_by_name(api: Api) -> None:
    partner = somebody(Role.PARTNER, a_tenant())
    bad: dict[str, list[dict[str, object]]] = {
        "bad_hook_url": [{"url": url} for url in ("http://169.254.169.254/", "ftp://a.example/", "https://10.0.0.1/")],
        "unknown_hook_name": [{"url": URL, "names": ["vehicaid.everything.v1"]}],
        "validation_failed": [{}, {"url": ""}, {"url": URL, "secret": "mine"}],
    }
    for code, bodies in bad.items():
        for body in bodies:
            assert (await api.post(PATH, partner, body)).json()["code"] == code, body
    made = [await api.done(PATH, partner, {"url": URL}) for _ in range(MOST_OF_A_PARTNER)]
    full = await api.post(PATH, partner, {"url": URL})
    assert (full.status_code, full.json()["code"]) == (409, "too_many_hooks")
    backwards = {"first_position": 2, "last_position": 1}
    answer = await api.post(f"{PATH}/{made[0]['id']}/replay", partner, backwards)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_replay")


async def test_ten_at_once_leave_no_more_than_there_is_room_for(api: Api) -> None:
    partner = somebody(Role.PARTNER, a_tenant())
    answers = await asyncio.gather(*[api.post(PATH, partner, {"url": URL}) for _ in range(MOST_OF_A_PARTNER + 5)])
    assert sorted(one.status_code for one in answers) == [200] * MOST_OF_A_PARTNER + [409] * 5


async def test_a_ping_is_signed_and_says_what_was_answered(api: Api) -> None:
    partner = somebody(Role.PARTNER, a_tenant())
    async with a_mailbox() as box:
        hook = await api.done(PATH, partner, {"url": box.url})
        await api.done(f"{PATH}/{hook['id']}/off", partner)
        for box.status in (204, 500):
            told = await api.done(f"{PATH}/{hook['id']}/test", partner)
            assert (told["status"], told["is_taken"]) == (box.status, box.status == 204)
            head, body = box.heard[-1]
            assert head["webhook-id"] == told["message_id"] == json.loads(body)["id"]
            assert is_genuine(str(hook["secret"]), head, body, int(datetime.now(UTC).timestamp()))
            assert json.loads(body)["type"] == "vehicaid.ping.v1"
    gone = await api.done(f"{PATH}/{hook['id']}/test", partner)
    assert (gone["status"], gone["is_taken"], gone["code"]) == (None, False, "ConnectError")
    assert (await api.get(f"{PATH}/{hook['id']}", partner)).json()["state"] == "off"


async def test_messages_are_paged_filtered_and_sent_again_once_by_one_order(api: Api, stack: Stack) -> None:
    tenant = a_tenant()
    admin = somebody(Role.ADMIN, tenant)
    async with a_mailbox() as box:
        hook = await api.done(PATH, admin, {"url": box.url, "names": [REQUESTED]})
        path = f"{PATH}/{hook['id']}"
        for _ in range(5):
            await api.done("/v1/service-requests", somebody(Role.CUSTOMER, tenant), HELP)
        await deliver(stack)
        assert len(box.heard) == 5
        first = (await api.get(f"{path}/messages", admin, limit=3, state="taken", min_position=api.reached)).json()
        rest = (await api.get(f"{path}/messages", admin, limit=3, state="taken", cursor=first["next_cursor"])).json()
        rows = first["data"] + rest["data"]
        assert [len(first["data"]), len(rest["data"]), rest["next_cursor"]] == [3, 2, None]
        assert [row["position"] for row in rows] == sorted((row["position"] for row in rows), reverse=True)
        # Several are on their way at a time: they may overtake each other.
        assert {row["message_id"] for row in rows} == {head["webhook-id"] for head, _ in box.heard}
        assert {(row["name"], row["tries"], row["last_code"]) for row in rows} == {(REQUESTED, 1, "http_204")}
        forged = await api.get(f"{path}/messages", admin, state="dead", cursor=first["next_cursor"])
        assert forged.json()["code"] == "invalid_cursor"
        assert (await api.get(path, admin)).json()["messages"] == {"waiting": 0, "taken": 5, "dead": 0}
        wanted, key = {"first_position": rows[-1]["position"], "last_position": rows[-2]["position"]}, fresh_key()
        for _ in range(2):
            assert (await api.post(f"{path}/replay", admin, wanted, key=key)).json() == {"replayed": 2}
            await deliver(stack)
        assert len(box.heard) == 7, "the same order again sends nothing more"
        ids = [head["webhook-id"] for head, _ in box.heard]
        assert sorted(ids[5:]) == sorted(row["message_id"] for row in rows[-2:])


async def test_a_place_may_move_and_hear_of_other_things(api: Api) -> None:
    partner = somebody(Role.PARTNER, a_tenant())
    hook = await api.done(PATH, partner, {"url": URL, "names": [REQUESTED]})
    change = f"{PATH}/{hook['id']}/change"
    moved = await api.done(change, partner, {"url": URL + "/new"})
    assert (moved["url"], moved["names"], moved["state"]) == (URL + "/new", [REQUESTED], "on")
    told = await api.done(change, partner, {"names": []})
    assert (told["url"], told["names"]) == (URL + "/new", [])
    for body, code in (
        ({"url": "https://169.254.169.254/"}, "bad_hook_url"),
        ({"names": ["vehicaid.nothing.v1"]}, "unknown_hook_name"),
        ({"url": 7}, "validation_failed"),
    ):
        assert (await api.post(change, partner, body)).json()["code"] == code
    assert (await api.get(f"{PATH}/{hook['id']}", partner)).json()["url"] == URL + "/new"


async def test_changes_are_in_the_security_log(api: Api) -> None:
    tenant = a_tenant()
    partner = somebody(Role.PARTNER, tenant)
    hook = await api.done(PATH, partner, {"url": URL})
    for act in ("rotate-secret", "off", "on", "change", "replay", "removal"):
        await api.done(f"{PATH}/{hook['id']}/{act}", partner, BODIES.get(act))
    wanted = {"added", "secret_rotated", "off", "on", "changed", "replayed", "removed"}
    async with asyncio.timeout(60):
        while True:
            query = {"kind": SecurityKind.HOOK_CHANGED.value}
            found = (await api.look("/v1/audit/security", query, somebody(Role.AUDITOR, tenant))).json()["data"]
            if {one["detail"] for one in found} == wanted:
                break
            await asyncio.sleep(0.1)
    assert {one["object_id"] for one in found} == {hook["id"]}
    assert {one["actor"] for one in found} == {partner.text}
