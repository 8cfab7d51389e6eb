"""A town of its own: some providers, a request, and one round of dispatch over the real read models."""

from datetime import UTC, datetime
from typing import Any, cast

import psycopg

from application.dispatch.rounds import Judgement, Limits, Rounds
from domain.actor import Actor, Role
from domain.ids import Prefix, new_id, show
from infra.bootstrap import Stack
from infra.dispatch.board import PostgresDispatchBoard
from infra.identity.claims import actor_for
from infra.travel.choice import drive_times
from tests.dispatcher.city import Told
from tests.support.api import Api, Json, a_request, somebody
from tests.support.servers import Database


class Town:
    """A tenant of its own, with some providers and one request."""

    def __init__(self, api: Api, stack: Stack, database: Database) -> None:
        self.api, self.stack, self.database = api, stack, database
        self.tenant = f"town-{new_id(datetime.now(UTC)).hex}"
        self.desk = somebody(Role.DISPATCHER, self.tenant)
        self.shifts: list[Json] = []

    async def on_duty(self, lat: float, skills: tuple[str, ...] = ("flat_tyre",)) -> Actor:
        """A company with a truck, so far north."""
        company = await self.api.done("/v1/providers", self.desk, {"name": "Ours", "phone": "+919845099999"})
        path = f"/v1/providers/{company['id']}"
        provider = actor_for(Role.PROVIDER, str(company["id"]), self.tenant)
        crew = await self.api.done(f"{path}/crew-members", self.desk, {"skills": list(skills)})
        truck = await self.api.done(f"{path}/trucks", provider, {"equipment": list(skills)})
        body = {
            "provider_id": company["id"],
            "crew_id": crew["crew_id"],
            "truck_id": truck["truck_id"],
            "location": {"lat": lat, "lng": 77.5946},
        }
        self.shifts.append(await self.api.done("/v1/shifts", provider, body))
        return provider

    async def calls(self) -> Json:
        """Somebody needs help at 12.9716 north."""
        _, request = await a_request(self.api, somebody(Role.CUSTOMER, self.tenant))
        return request

    async def dispatched(self, request: Json) -> None:
        """One round of dispatch, when the read models have come so far."""
        for path in (f"/v1/service-requests/{request['id']}", "/v1/shifts", "/v1/offers"):
            answer = await self.api.get(path, self.desk, min_position=request["position"])
            assert answer.is_success, answer.text
        async with await psycopg.AsyncConnection.connect(self.database.app_dsn, autocommit=True) as connection:
            board = PostgresDispatchBoard(connection)
            travel = drive_times(self.database.settings)
            judgement = Judgement(travel=travel)
            await Rounds(board, self.stack.engine, Limits(), Told(), judgement=judgement).round(datetime.now(UTC))

    async def decisions(self, request: Json) -> list[dict[str, Any]]:
        """All of them, newest first, as soon as the read model knows the last event."""
        head = await self.stack.log_head()
        path = f"/v1/service-requests/{request['id']}/decisions"
        answer = await self.api.get(path, self.desk, min_position=head)
        assert answer.is_success, answer.text
        await self.api.get("/v1/audit/events", somebody(Role.AUDITOR, self.tenant), min_position=head)
        await self.stack.waiting.wait_for("decisions", head, 5)
        answer = await self.api.get(path, self.desk, min_position=head)
        return cast("list[dict[str, Any]]", answer.json()["data"])

    async def compared(self, request: Json, decision: Json, provider: Actor) -> list[dict[str, Any]]:
        path = f"/v1/service-requests/{request['id']}/decisions/{decision['id']}/providers/{prv(provider)}"
        answer = await self.api.get(path, self.desk)
        assert answer.status_code == 200, answer.text
        return cast("list[dict[str, Any]]", answer.json()["shifts"])

    async def why_not(self, provider: Actor, request: Json, of: Actor | None = None) -> Any:
        return await self.api.get(f"/v1/providers/{prv(of or provider)}/why-not/{request['id']}", provider)


def prv(provider: Actor) -> str:
    assert provider.subject_id is not None
    return show(Prefix.PROVIDER, provider.subject_id)
