"""Can an auditor see what happened, what caused it and what was known then, of their own tenant and no other?"""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, cast
from uuid import UUID

import httpx
import psycopg
import pytest

from application.log import CommandContext
from application.make_offer import MakeOffer, make_offer
from domain.actor import Actor, Role
from domain.ids import Prefix, new_id, show
from infra.audit import check_proof
from infra.audit.sealer import seal_now
from infra.bootstrap import build
from interfaces.http.app import described_app
from tests.support.api import Api, Job, a_request, a_shift, an_offer, fresh_key, id_of, somebody
from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

EVENTS = "/v1/audit/events"
AUDITOR = somebody(Role.AUDITOR)
RIVAL = somebody(Role.AUDITOR, "rival")

Answer = dict[str, Any]


async def told(api: Api, path: str, caller: Actor = AUDITOR, **query: object) -> Answer:
    answer = await asked(api, path, caller, query)
    assert answer.status_code == 200, answer.text
    return cast("Answer", answer.json())


async def asked(api: Api, path: str, caller: Actor, query: dict[str, object]) -> httpx.Response:
    wanted = {name: str(value) for name, value in query.items()}
    return await api.client.get(path, params=wanted, headers=api.headers(caller))


async def completed(api: Api) -> tuple[Job, int]:
    """A job from the call to its end, and the position of its last event."""
    job = await an_offer(api)
    for path, body in ((f"{job.offer_path}/acceptance", None), (f"{job.request_path}/en-route", None),
                       (f"{job.request_path}/arrival", {})):  # fmt: skip
        await api.done(path, job.provider, body)
    done = await api.done(f"{job.request_path}/completion", job.provider)
    return job, int(str(done["position"]))


async def test_the_events_of_one_request_tell_its_story(api: Api) -> None:
    job, position = await completed(api)
    answer = await told(api, EVENTS, stream=job.request["id"], min_position=position)
    assert [event["topic"].partition(".")[2] for event in reversed(answer["data"])] == [
        "requested", "offer_made", "assigned", "eta_promised", "en_route_started", "arrived_on_scene", "eta_scored",
        "promise_kept", "completed",
    ]  # fmt: skip
    assert {event["stream_id"] for event in answer["data"]} == {job.request["id"]}
    first = answer["data"][-1]
    assert first["actor"] == job.customer.text
    assert first["command_id"].startswith("cmd_")
    assert first["data"]["service"] == "flat_tyre"
    assert all(older["position"] < newer["position"] for newer, older in pairwise(answer["data"]))


async def test_events_are_found_by_type_actor_and_time(api: Api) -> None:
    job, position = await completed(api)
    provider = job.provider.text
    by_actor = await told(api, EVENTS, actor=provider, min_position=position)
    assert {event["actor"] for event in by_actor["data"]} == {provider}
    accepted = await told(api, EVENTS, actor=provider, type="offer.accepted")
    assert [(event["topic"], event["stream_id"]) for event in accepted["data"]] == [("offer.accepted", job.offer["id"])]
    shifts = await told(api, EVENTS, actor=provider, type="shift")
    assert {event["topic"].partition(".")[0] for event in shifts["data"]} == {"shift"}
    instant = datetime.fromisoformat(accepted["data"][0]["occurred_at"])
    microsecond = timedelta(microseconds=1)
    just_then: dict[str, object] = {"from": instant.isoformat(), "until": (instant + microsecond).isoformat()}
    assert accepted["data"][0] in (await told(api, EVENTS, type="offer.accepted", caller=AUDITOR, **just_then))["data"]
    before: dict[str, object] = {"from": (instant - timedelta(days=1)).isoformat(), "until": instant.isoformat()}
    assert accepted["data"][0] not in (await told(api, EVENTS, type="offer.accepted", caller=AUDITOR, **before))["data"]


async def test_pages_of_events_follow_each_other_without_gaps_or_doubles(api: Api) -> None:
    job, position = await completed(api)
    whole = await told(api, EVENTS, stream=job.request["id"], min_position=position)
    seen: list[Answer] = []
    cursor: str | None = None
    while True:
        query: dict[str, object] = {"stream": job.request["id"], "limit": 4}
        page = await told(api, EVENTS, AUDITOR, **query, **({} if cursor is None else {"cursor": cursor}))
        seen += page["data"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        refused = await api.get(EVENTS, RIVAL, stream=job.request["id"], limit=4, cursor=cursor)
        assert refused.json()["code"] == "invalid_cursor"
        refused = await api.get(EVENTS, AUDITOR, limit=4, cursor=cursor)
        assert refused.json()["code"] == "invalid_cursor"
    assert seen == whole["data"]


async def test_a_command_is_shown_with_all_that_it_wrote(api: Api) -> None:
    job, position = await completed(api)
    answer = await told(api, EVENTS, stream=job.request["id"], min_position=position)
    first, second = answer["data"][-1], answer["data"][-2]
    alone = await told(api, f"/v1/audit/commands/{first['command_id']}")
    assert (alone["outcome"], alone["refused_code"], alone["truncated"]) == ("done", None, False)
    assert [command["command_id"] for command in alone["commands"]] == [first["command_id"]]
    made = await told(api, f"/v1/audit/commands/{second['command_id']}")
    topics = [event["topic"] for event in made["commands"][0]["events"]]
    assert sorted(topics) == ["decision.made", "offer.made", "service_request.offer_made", "shift.held"]


async def test_what_a_command_caused_stands_below_it(api: Api, shared_database: Database) -> None:
    _, shift = await a_shift(api)
    _, request = await a_request(api)
    asked = await told(api, EVENTS, stream=request["id"], min_position=request["position"])
    cause = asked["data"][0]
    dispatcher, now = Actor.system("dispatcher", "demo"), datetime.now(UTC)
    context = CommandContext(
        "demo",
        dispatcher.text,
        fresh_key(),
        bytes(16),
        UUID(hex=cause["correlation_id"]),
        now,
        causation_id=id_of(Prefix.COMMAND, cause["command_id"]),
    )
    order = MakeOffer(
        actor=dispatcher,
        request_id=id_of(Prefix.REQUEST, request["id"]),
        offer_id=new_id(now),
        shift_id=id_of(Prefix.SHIFT, shift["id"]),
        lapses_at=now + timedelta(seconds=30),
        at=now,
        expected_version=None,
    )
    stack = await build(shared_database.settings)
    try:
        done = await stack.engine.run(context, lambda work: make_offer(order, work))
    finally:
        await stack.close()
    for command in (cause["command_id"], show(Prefix.COMMAND, context.command_id)):
        tree = await told(api, f"/v1/audit/commands/{command}", min_position=done.position)
        assert [(node["command_id"], node["caused_by"], node["depth"]) for node in tree["commands"]] == [
            (cause["command_id"], None, 0),
            (show(Prefix.COMMAND, context.command_id), cause["command_id"], 1),
        ]


async def test_a_refused_command_is_found_by_its_receipt(api: Api, shared_database: Database) -> None:
    job, position = await completed(api)
    refused = await api.post(f"{job.request_path}/en-route", job.provider)
    assert refused.status_code == 409
    del position
    with psycopg.connect(shared_database.app_dsn) as connection:
        row = connection.execute(
            "SELECT command_id FROM receipts WHERE tenant = 'demo' AND actor = %s ORDER BY recorded_at DESC LIMIT 1",
            (job.provider.text,),
        ).fetchone()
    assert row is not None
    answer = await told(api, f"/v1/audit/commands/cmd_{str(row[0]).replace('-', '')}")
    assert (answer["outcome"], answer["refused_code"]) == ("refused", refused.json()["code"])
    assert answer["commands"] == []


async def test_a_thing_is_shown_as_it_was(api: Api) -> None:
    job, position = await completed(api)
    path = f"/v1/audit/streams/{job.request['id']}/state"
    events = (await told(api, EVENTS, stream=job.request["id"], min_position=position))["data"]
    now = await told(api, path)
    assert (now["kind"], now["state"]["state"]) == ("service_request", "completed")
    assert now["position"] == events[0]["position"]
    assert now["state"]["assignment"]["provider_id"] == job.shift["provider_id"]
    for event in events:
        then = await told(api, path, position=event["position"])
        assert (then["position"], then["version"], then["topic"]) == (
            event["position"], event["version"], event["topic"],
        )  # fmt: skip
        later = await told(api, path, at=event["recorded_at"])
        # Facts of one save are recorded at one instant: as it was then, it knew all of them.
        together = [other["version"] for other in events if other["recorded_at"] == event["recorded_at"]]
        assert later["version"] == max(together)
        assert later == then or event["version"] < max(together)
    requested = await told(api, path, position=events[-2]["position"] - 1)
    assert (requested["state"]["state"], requested["topic"]) == ("searching", "service_request.requested")
    before = await api.get(path, AUDITOR, position=events[-1]["position"] - 1)
    assert before.status_code == 404
    long_ago = await api.get(path, AUDITOR, at=(datetime.now(UTC) - timedelta(days=1)).isoformat())
    assert long_ago.status_code == 404


async def test_every_kind_of_thing_has_a_state(api: Api) -> None:
    job, _ = await completed(api)
    for thing in (job.offer["id"], job.shift["id"], job.shift["provider_id"]):
        state = await told(api, f"/v1/audit/streams/{thing}/state")
        assert state["id"] == thing
    disguised = str(job.offer["id"]).replace("off_", "req_")
    assert (await api.get(f"/v1/audit/streams/{disguised}/state", AUDITOR)).status_code == 404


async def test_an_event_is_proved_against_the_root(api: Api, shared_database: Database) -> None:
    job, position = await completed(api)
    unsealed = await api.get(f"{EVENTS}/{position}/proof", AUDITOR)
    assert (unsealed.status_code, unsealed.json()["code"]) == (404, "not_found")
    await asyncio.to_thread(seal, shared_database)
    root = await told(api, "/v1/audit/root")
    assert root["last_position"] >= position
    proof = await told(api, f"{EVENTS}/{position}/proof")
    check_proof.check(proof, root)
    assert proof["event"]["actor"] == job.provider.text
    _, newer = await completed(api)
    await asyncio.to_thread(seal, shared_database)
    again = await told(api, f"{EVENTS}/{position}/proof", segment=root["segment"])
    check_proof.check(again, await told(api, "/v1/audit/root", segment=root["segment"]))
    later = await api.get(f"{EVENTS}/{newer}/proof", AUDITOR, segment=root["segment"])
    assert later.status_code == 404


def seal(database: Database) -> None:
    with psycopg.connect(database.app_dsn, autocommit=True) as connection:
        seal_now(connection, 5)


async def test_another_tenants_log_is_as_good_as_empty(api: Api, shared_database: Database) -> None:
    job, position = await completed(api)
    await asyncio.to_thread(seal, shared_database)
    event = (await told(api, EVENTS, stream=job.request["id"], min_position=position))["data"][0]
    assert (await told(api, EVENTS, RIVAL, min_position=position))["data"] == []
    assert (await told(api, EVENTS, RIVAL, stream=job.request["id"]))["data"] == []
    for path in (
        f"/v1/audit/commands/{event['command_id']}",
        f"/v1/audit/streams/{job.request['id']}/state",
        f"{EVENTS}/{position}/proof",
    ):
        assert (await api.get(path, AUDITOR)).status_code == 200
        hidden = await api.get(path, RIVAL)
        assert (hidden.status_code, hidden.json()["code"]) == (404, "not_found"), path


def declared() -> list[str]:
    return [path for path in (getattr(r, "path", "") for r in described_app().routes) if path.startswith("/v1/audit")]


@pytest.mark.parametrize("path", declared())
@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
async def test_admins_and_auditors_may_look(api: Api, path: str, role: Role) -> None:
    known = path.replace("{command_id}", "cmd_" + "0" * 32).replace("{stream_id}", "req_" + "0" * 32)
    answer = await api.get(known.replace("{position}", "1"), somebody(role))
    assert answer.status_code in (200, 404)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (EVENTS, {"stream": "req_1"}),
        (EVENTS, {"type": "Offer.Made"}),
        (EVENTS, {"actor": "'; DROP TABLE events"}),
        (EVENTS, {"from": "yesterday"}),
        (EVENTS, {"until": "2026-01-01T00:00:00"}),
        (EVENTS, {"limit": 201}),
        (EVENTS + "/0/proof", {}),
        (EVENTS + "/one/proof", {}),
        ("/v1/audit/streams/req_00000000000000000000000000000001/state", {"position": 0}),
        ("/v1/audit/streams/req_00000000000000000000000000000001/state", {"at": "2026-13-01T00:00:00Z"}),
        ("/v1/audit/root", {"segment": 0}),
    ],
)
async def test_what_cannot_be_asked_is_refused(api: Api, path: str, query: dict[str, object]) -> None:
    answer = await asked(api, path, AUDITOR, query)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/audit/commands/cmd_1",
        "/v1/audit/commands/req_00000000000000000000000000000001",
        "/v1/audit/streams/usr_00000000000000000000000000000001/state",
        "/v1/audit/streams/nothing/state",
        EVENTS + "/4611686018427387904/proof",
    ],
)
async def test_what_nobody_named_is_not_found(api: Api, path: str) -> None:
    answer = await api.get(path, AUDITOR)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_an_auditor_sees_no_personal_data(api: Api) -> None:
    _, request = await a_request(api)
    answer = await api.get(EVENTS, AUDITOR, stream=request["id"], min_position=request["position"])
    for secret in ("Ashalata", "98450", "hatchback", "KA01AB1234", "12.9716"):
        assert secret not in answer.text
