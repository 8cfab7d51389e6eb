"""Is any name, phone, plate, note or exact place found anywhere but in the personal store?"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, cast
from uuid import uuid4

import httpx
import psycopg
import pytest
import redis

from infra.embedded.ports import free_port
from tests.personal.haystack import Hay, files, needles, redis_keys, served, sightings, tables
from tests.support.local_system import LocalSystem, local_system

# A whole system starts here, as slowly as the machine is busy.
pytestmark = [pytest.mark.servers, pytest.mark.timeout(400)]

PERSON, PHONE, PLATE = "Zyxwina Quorblatt", "+919830077713", "WB02QQ7713"
COMPANY, OFFICE = "Plimsoll Xanadu Rescue", "+919830077714"
NOTE = "violet umbrella under the banyan"
WRONG_PHONE = "ask for Bartholomea"
PLACE, TRUCK_AT = (22.572646137, 88.363895381), (22.575193277, 88.361217149)
SECRET = needles(
    *("Zyxwina", "Quorblatt", PHONE, PLATE, "Plimsoll", "Xanadu", OFFICE, "violet umbrella", "banyan", "Bartholomea"),
    *PLACE,
    *TRUCK_AT,
)

Json = dict[str, Any]


class Client:
    """Somebody with a token."""

    def __init__(self, system: LocalSystem, role: str, subject: str | None = None) -> None:
        self._http = httpx.Client(base_url=system.address, timeout=30)
        token = self._http.post("/v1/tokens", json={"role": role, "tenant": "demo", "subject": subject}).json()
        self._http.headers["Authorization"] = f"Bearer {token['access_token']}"
        self.subject = str(token["subject"])

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def post(
        self, path: str, body: object = None, status: int = 200, key: str = "", version: int | None = None
    ) -> Json:
        """Order something; the answer has to have this status."""
        headers = {"Idempotency-Key": key or uuid4().hex, "Content-Type": "application/json"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        answer = self._http.post(path, content=b"" if body is None else json.dumps(body), headers=headers)
        assert answer.status_code == status, answer.text
        return cast("Json", answer.json())

    def get(self, path: str, status: int = 200, **parameters: str | int) -> Json:
        """Ask something; the answer has to have this status."""
        answer = self._http.get(path, params=parameters)
        assert answer.status_code == status, answer.text
        return cast("Json", answer.json())


def place(point: tuple[float, float]) -> Json:
    return {"lat": point[0], "lng": point[1]}


CALL = {
    "service": "flat_tyre",
    "vehicle_class": "car",
    "location": place(PLACE),
    "contact": {"name": PERSON, "phone": PHONE},
    "note": NOTE,
    "plate": PLATE,
}


def on_duty(system: LocalSystem) -> Client:
    """A provider with a shift near the place of the call."""
    with closing(Client(system, "admin")) as desk:
        joined = desk.post("/v1/providers", {"name": COMPANY, "phone": OFFICE}, 201)
    provider = Client(system, "provider", joined["id"])
    path = f"/v1/providers/{joined['id']}"
    crew = provider.post(f"{path}/crew-members", {"skills": ["flat_tyre", "tow"]}, 201)["crew_id"]
    truck = provider.post(f"{path}/trucks", {"equipment": ["flat_tyre", "tow"]}, 201)["truck_id"]
    shift = {"provider_id": joined["id"], "crew_id": crew, "truck_id": truck, "location": place(TRUCK_AT)}
    position = provider.post("/v1/shifts", shift, 201)["position"]
    shown = provider.get(path, min_position=position)
    assert (shown["name"], shown["phone"]) == (COMPANY, OFFICE), "they can be read where they should"
    return provider


def next_offer(system: LocalSystem, provider: Client) -> str:
    """The offer that the dispatcher makes by itself."""

    def offered() -> list[Json]:
        return cast("list[Json]", provider.get("/v1/offers", state="made")["data"])

    system.wait_for(lambda: bool(offered()))
    return str(offered()[0]["id"])


def whole_job(system: LocalSystem, provider: Client, customer: Client) -> Json:
    """From the call for help to the completed job; then a second call, declined and called off."""
    asked = customer.post("/v1/service-requests", CALL, 201, key="the-same-key")
    request = f"/v1/service-requests/{asked['id']}"
    provider.post(f"/v1/offers/{next_offer(system, provider)}/acceptance")
    driving = provider.post(f"{request}/en-route")
    details = provider.get(f"{request}/customer-details", min_position=driving["position"])
    assert (details["name"], details["phone"], details["plate"], details["note"]) == (PERSON, PHONE, PLATE, NOTE)
    assert details["location"] == place(PLACE)
    provider.post(f"{request}/arrival", {"location": place(PLACE)})
    done = provider.post(f"{request}/completion")
    assert customer.get(request, min_position=done["position"])["state"] == "completed"
    again = customer.post("/v1/service-requests", {**CALL, "service": "tow"}, 201)
    declined = provider.post(f"/v1/offers/{next_offer(system, provider)}/decline", {"reason": "too_far"})
    second = f"/v1/service-requests/{again['id']}"
    version = customer.get(second, min_position=declined["position"])["version"]
    customer.post(f"{second}/cancellation", {"reason": "other"}, version=version)
    return asked


def what_goes_wrong(system: LocalSystem, customer: Client) -> None:
    """Every mistake a client makes with personal data in its hands."""
    path = "/v1/service-requests"
    customer.post(path, {**CALL, "note": NOTE + "!"}, 422, key="the-same-key")
    customer.post(path, {**CALL, "contact": {"name": PERSON, "phone": WRONG_PHONE}}, 422)
    customer.post(path, {**CALL, "contact": PERSON}, 422)
    customer.post(path, {**CALL, PERSON: PHONE}, 422)
    customer.post(path, {**CALL, "location": {"lat": PERSON, "lng": PLACE[1]}}, 422)
    customer.post(path, {**CALL, "service": PERSON}, 422)
    customer.post("/v1/providers", {"name": COMPANY, "phone": OFFICE}, 403)
    customer.get(path, 422, state=PERSON, limit=3)
    customer.get(path, 400, cursor=PHONE)
    customer.get(f"{path}/{PHONE}", 404)
    customer.get(f"/{PERSON}/{PHONE}", 404)
    broken = httpx.post(
        f"{system.address}{path}", content=json.dumps(CALL)[:-9], headers={"Authorization": f"Bearer {PERSON}"}
    )
    assert broken.status_code == 401


class Collector:
    """Takes the spans that the processes send."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        taken = self.taken

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                taken.append(self.rfile.read(int(self.headers["content-length"])))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/v1/traces"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def observed_system() -> Iterator[tuple[LocalSystem, Collector, tuple[str, ...]]]:
    """Everything runs, says all that it can say, and is traced."""
    collector, ports = Collector(), (free_port(), free_port())
    try:
        with local_system(
            VEHICAID_LOG_LEVEL="debug",
            VEHICAID_OTLP_ENDPOINT=collector.endpoint,
            VEHICAID_PROJECTOR_METRICS_PORT=str(ports[0]),
            VEHICAID_DISPATCHER_METRICS_PORT=str(ports[1]),
        ) as system:
            system.start()
            metrics = (f"{system.address}/metrics", *(f"http://127.0.0.1:{port}/metrics" for port in ports))
            yield system, collector, metrics
    finally:
        collector.close()


def everything(system: LocalSystem, metrics: tuple[str, ...]) -> Iterator[Hay]:
    yield from tables(system.state.admin_database_url)
    yield from redis_keys(system.state.redis_url)
    yield from served(*metrics)
    yield "the operator's screen", system.screen.encode()


def test_nothing_personal_is_found_outside_the_personal_store() -> None:
    with observed_system() as (system, collector, metrics):
        with closing(on_duty(system)) as provider, closing(Client(system, "customer")) as customer:
            asked = whole_job(system, provider, customer)
            what_goes_wrong(system, customer)
        with psycopg.connect(system.state.admin_database_url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
        assert sightings(everything(system, metrics), SECRET) == []
        they_do_speak(system, metrics, customer.subject)
        plant_and_find(system, metrics)
        erase_and_look(system, customer.subject, asked)
        system.stop()
        assert sightings(files(system.state_dir), SECRET) == [], "not in a file of any server either, the WAL included"
    assert any(b"engine.run" in span for span in collector.taken)
    assert sightings([("spans", span) for span in collector.taken], SECRET) == []


def they_do_speak(system: LocalSystem, metrics: tuple[str, ...], person: str) -> None:
    """Finding nothing means something only where much was said."""
    logs = b"".join(content for _, content in files(system.state_dir / "logs"))
    for said in ('"level":"debug"', '"route":"/v1/service-requests"', f'"actor":"customer:{person}"', '"status":422'):
        assert said.encode() in logs, said
    api, projector, dispatcher = (content.decode() for _, content in served(*metrics))
    for shown in (
        'vehicaid_command_seconds_count{route="/v1/service-requests",status="2xx"}',
        "vehicaid_append_seconds_count",
        "vehicaid_append_batch_size_sum",
        "vehicaid_conflicts_total",
    ):
        assert shown in api, shown
    for shown in ("lag_events", "lag_seconds"):
        assert f'vehicaid_projection_{shown}{{projection="request_board"}}' in projector, shown
    assert "vehicaid_unsealed_events" in projector
    assert "vehicaid_append_seconds_count" in dispatcher


def plant_and_find(system: LocalSystem, metrics: tuple[str, ...]) -> None:
    """The scan finds what is there: in a text, in JSON within bytea, as a number, and in Redis."""
    planted = "Gwendolyne Plantagenet"
    wanted = needles(planted, 51.476852001)
    with psycopg.connect(system.state.admin_database_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA planted")
        connection.execute("CREATE TABLE planted.a AS SELECT %s::text AS note", [f"call {planted}"])
        connection.execute(
            "CREATE TABLE planted.b AS SELECT %s::bytea AS payload", [json.dumps({"n": planted}).encode()]
        )
        connection.execute("CREATE TABLE planted.c AS SELECT 51.476852001::float8 AS lat")
        found = sightings(everything(system, metrics), wanted)
        assert {one.split()[-2] for one in found if "planted" in one} == {"planted.a", "planted.b", "planted.c"}
        connection.execute("DROP SCHEMA planted CASCADE")
    with redis.Redis.from_url(system.state.redis_url) as client:
        client.hset("planted", mapping={"name": planted})
        assert any("redis" in one for one in sightings(everything(system, metrics), wanted))
        client.delete("planted")


def erase_and_look(system: LocalSystem, person: str, asked: Json) -> None:
    """Once erased, the job is still there and the person is not."""
    erased = system.vehicaid("personal", "erase", "demo", person)
    assert erased.returncode == 0, erased.stderr
    request = f"/v1/service-requests/{asked['id']}"
    with closing(Client(system, "customer", person)) as customer:
        details = customer.get(f"{request}/customer-details")
        assert details["erased"]
        assert {details[field] for field in ("name", "phone", "location", "note", "plate")} == {None}
        assert customer.get(request)["state"] == "completed"
    for model in ("request_board", "provider_jobs"):
        verified = system.vehicaid("projections", "verify", model)
        assert verified.returncode == 0, verified.stdout + verified.stderr
