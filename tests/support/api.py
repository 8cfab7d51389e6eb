"""How do tests talk to the whole API: the real stack on a real database, with or without a network between?"""

import asyncio
import itertools
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, cast
from uuid import UUID

import httpx
import uvicorn

from domain.actor import Actor, Role
from domain.ids import Prefix, new_id, parse, show
from infra.bootstrap import build
from infra.embedded.ports import free_port
from infra.identity.access_tokens import TokenAuthority
from infra.identity.claims import actor_for
from infra.projections.projector import Projector
from infra.settings import Settings
from interfaces.http.app import build_app
from interfaces.http.server import configured, open_app

Json = dict[str, object]

HELP: Json = {
    "service": "flat_tyre",
    "vehicle_class": "car",
    "fuel": "petrol",
    "location": {"lat": 12.9716, "lng": 77.5946},
    "contact": {"name": "Ashalata Xyzzy", "phone": "+91 98450 12345"},
    "note": "Blue hatchback by the bus stop",
    "plate": "KA01AB1234",
}
DEPOT: Json = {"lat": 12.99, "lng": 77.6}
START_WITHIN_S = 90.0

_keys = itertools.count(1)

# Each time waits two seconds by itself.
LATE_AT_MOST: Final = 5
# No log of a test is as long: who asks for it wants to be told that it is not there.
NO_POSITION: Final = 1_000_000
POSITIONS: Final = ("min_position", "known_at")


def fresh_key() -> str:
    """An idempotency key nobody used."""
    return f"key-{next(_keys)}-{new_id(datetime.now(UTC)).hex}"


def somebody(role: Role, tenant: str = "demo", subject: UUID | None = None) -> Actor:
    """An actor of that role, a new one unless named."""
    if role is Role.SYSTEM:
        return Actor.system("dispatcher", tenant)
    return Actor(role, subject or new_id(datetime.now(UTC)), tenant)


@dataclass
class Api:
    """A client of the API that signs its own tokens and remembers how far the log has come by its own orders."""

    client: httpx.AsyncClient
    authority: TokenAuthority
    desk: Actor = field(default_factory=lambda: somebody(Role.DISPATCHER))
    reached: int = 0

    def headers(self, actor: Actor | None, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """What the caller sends along."""
        signed = {} if actor is None else {"Authorization": f"Bearer {self.authority.sign(actor, datetime.now(UTC))}"}
        return {**signed, **(more or {})}

    async def post(
        self,
        path: str,
        actor: Actor | None,
        body: object = None,
        *,
        key: str | None = None,
        version: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Order something, under a fresh key unless one is given."""
        more = {"Idempotency-Key": key or fresh_key(), **(headers or {})}
        if version is not None:
            more["If-Match"] = f'"{version}"'
        # httpx sends no body for None, and none of ours is null.
        answer = await self.client.post(path, json=body, headers=self.headers(actor, more))
        self.reached = max(self.reached, _position_in(answer))
        return answer

    async def get(self, path: str, actor: Actor | None, **query: object) -> httpx.Response:
        """Ask something; again where read models are not there yet, as every caller has to on a busy machine."""
        return await self.look(path, {name: str(value) for name, value in query.items()}, actor)

    async def look(
        self, path: str, wanted: dict[str, str], actor: Actor | None, more: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Ask, and again a few times when the answer is only late."""
        headers = self.headers(actor, more)
        answer = await self.client.get(path, params=wanted, headers=headers)
        for _ in range(LATE_AT_MOST):
            is_late = answer.status_code == 503 and answer.json()["code"] == "projection_behind"
            if not is_late or max(int(wanted.get(name, 0)) for name in POSITIONS) > NO_POSITION:
                break
            answer = await self.client.get(path, params=wanted, headers=headers)
        return answer

    async def done(self, path: str, actor: Actor, body: object = None, *, version: int | None = None) -> Json:
        """Order something that has to be done."""
        answer = await self.post(path, actor, body, version=version)
        assert answer.is_success, answer.text
        return cast("Json", answer.json())

    async def until_ready(self) -> None:
        """Wait for the read models to be built."""
        async with asyncio.timeout(30):
            while not (await self.client.get("/readyz")).is_success:  # noqa: ASYNC110  nobody tells us
                await asyncio.sleep(0.05)


@dataclass
class Job:
    """A request, an offer and who they belong to."""

    customer: Actor
    provider: Actor
    request: Json
    offer: Json = field(default_factory=dict)
    shift: Json = field(default_factory=dict)

    @property
    def request_path(self) -> str:
        """Where the request is found."""
        return f"/v1/service-requests/{self.request['id']}"

    @property
    def offer_path(self) -> str:
        """Where the offer is found."""
        return f"/v1/offers/{self.offer['id']}"


async def a_shift(api: Api, desk: Actor | None = None) -> tuple[Actor, Json]:
    """A provider with one crew member on duty with one truck."""
    desk = desk or api.desk
    company = await api.done("/v1/providers", desk, {"name": "Lakeside Recovery", "phone": "+919845099999"})
    path = f"/v1/providers/{company['id']}"
    provider = actor_for(Role.PROVIDER, str(company["id"]), desk.tenant)
    crew = await api.done(f"{path}/crew-members", desk, {"skills": ["flat_tyre", "tow"]})
    truck = await api.done(f"{path}/trucks", provider, {"equipment": ["flat_tyre", "tow"]})
    body = {
        "provider_id": company["id"],
        "crew_id": crew["crew_id"],
        "truck_id": truck["truck_id"],
        "location": DEPOT,
    }
    return provider, await api.done("/v1/shifts", provider, body)


async def a_request(api: Api, customer: Actor | None = None) -> tuple[Actor, Json]:
    """A customer who asked for help."""
    customer = customer or somebody(Role.CUSTOMER)
    return customer, await api.done("/v1/service-requests", customer, HELP)


async def an_offer(api: Api, desk: Actor | None = None) -> Job:
    """A request offered to a provider."""
    desk = desk or api.desk
    provider, shift = await a_shift(api, desk)
    customer, request = await a_request(api, somebody(Role.CUSTOMER, desk.tenant))
    offer = await api.done("/v1/offers", desk, {"request_id": request["id"], "shift_id": shift["id"]})
    return Job(customer, provider, request, offer, shift)


@asynccontextmanager
async def in_process(settings: Settings) -> AsyncIterator[Api]:
    """The API in this loop, without a network."""
    stack = await build(settings)
    app = build_app(settings, stack)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://api", timeout=30) as client:
            yield Api(client, stack.identity.authority)
    finally:
        await stack.close()


@contextmanager
def projecting(settings: Settings) -> Iterator[None]:
    """Read models that follow the log."""
    projector = Projector(settings)
    projector.start()
    try:
        yield
    finally:
        projector.stop()


@contextmanager
def over_the_network(settings: Settings) -> Iterator[str]:
    """The API behind a real server on a thread of its own; gives its address."""
    on_port = settings.model_copy(update={"port": free_port()})
    server = uvicorn.Server(configured(on_port, open_app(on_port)))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + START_WITHIN_S
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            assert time.monotonic() < deadline, "the server took too long to start"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{on_port.port}"
    finally:
        server.should_exit = True
        thread.join(10)


def _position_in(answer: httpx.Response) -> int:
    """Where in the log an order was written; 0 where none was."""
    told = answer.json() if answer.is_success and answer.content else None
    position = told.get("position") if isinstance(told, dict) else None
    return position if isinstance(position, int) else 0


def id_of(prefix: Prefix, shown: object) -> UUID:
    """The id behind its text form."""
    return parse(prefix, str(shown))


__all__ = ["HELP", "Api", "Job", "a_request", "a_shift", "an_offer", "in_process", "over_the_network", "show"]
