"""Does a whole story, with sign-ins, a call and money, leave a name in lines, spans, figures or notes?"""

import io
import logging
from collections.abc import Iterator
from typing import cast

import psycopg
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import generate_latest

from application.engine import Engine
from domain.actor import Role
from domain.ids import Prefix, parse
from infra.bootstrap import Stack, build
from infra.telemetry.logging import configure_logging
from infra.telemetry.metrics import REGISTRY
from infra.telemetry.tracing import configure_tracing, stop_tracing
from tests.personal.haystack import needles, sightings
from tests.support.api import HELP, Api, in_process, projecting, somebody
from tests.support.paid import a_paid_job
from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
PHONE, EMAIL, PASSWORD = "+919845077123", "xyzzy.plugh@example.org", "frobnicate a bent spanner"
SECRETS = needles("Xyzzy", "98450 12345", "Blue hatchback", "KA01AB1234", "12.9716", PHONE, EMAIL, PASSWORD)


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    configure_tracing("api", exporter=exporter)
    yield exporter
    stop_tracing()


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logging("debug", "api", stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


async def signed_in(api: Api, stack: Stack) -> str:
    """By telephone, after a mistake; and by mailbox in vain."""
    asked = await api.client.post("/v1/auth/phone/challenges", json={"tenant": "demo", "phone": PHONE})
    challenge = asked.json()["challenge_id"]
    code = stack.sign_in.keys.code(parse(Prefix.CHALLENGE, challenge))
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    SECRETS.update(needles(code))
    await api.client.post("/v1/auth/phone/sessions", json={"challenge_id": challenge, "code": wrong})
    made = await api.client.post("/v1/auth/phone/sessions", json={"challenge_id": challenge, "code": code})
    in_vain = {"tenant": "demo", "email": EMAIL, "password": PASSWORD}
    assert (await api.client.post("/v1/auth/email/sessions", json=in_vain)).status_code == 401
    return str(made.json()["access_token"])


async def whole_story(api: Api, stack: Stack) -> None:
    token = await signed_in(api, stack)
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "story"}
    asked = (await api.client.post("/v1/service-requests", json=HELP, headers=headers)).json()
    path = f"/v1/service-requests/{asked['id']}"
    shown = await api.get(f"{path}/customer-details", api.desk, min_position=asked["position"])
    assert shown.json()["phone"] == "+919845012345"
    assert (await api.get(path, somebody(Role.CUSTOMER))).status_code == 404
    assert (await api.post(f"{path}/completion", somebody(Role.CUSTOMER))).status_code == 403
    await api.client.post("/v1/service-requests", json={**HELP, "contact": "Asha Xyzzy"}, headers=headers)
    await a_paid_job(cast("Engine", stack.engine))


async def test_nothing_personal_leaves_by_the_side_doors(
    database: Database, spans: InMemorySpanExporter, written: io.StringIO
) -> None:
    with projecting(database.settings):
        async with in_process(database.settings) as api:
            await api.until_ready()
            stack = await build(database.settings, "vehicaid-test")
            try:
                await whole_story(api, stack)
            finally:
                await stack.close()
    with psycopg.connect(database.app_dsn) as connection:
        notes = str(connection.execute("SELECT l::text FROM security_log l").fetchall())
    assert all(kind in notes for kind in ("login", "login_failed", "staff_view", "denied"))
    told = [span.to_json() for span in spans.get_finished_spans()]
    assert '"event":"request"' in written.getvalue()
    assert told
    places = [("notes", notes), ("lines", written.getvalue()), ("spans", str(told))]
    hay = [(name, text.encode()) for name, text in places] + [("figures", generate_latest(REGISTRY))]
    # Six digits may stand in any number: they are looked for as a word of their own.
    assert sightings(hay, {word: forms for word, forms in SECRETS.items() if len(word) > 6}) == []
