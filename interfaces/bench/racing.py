"""How do providers race for a job over HTTP? Eight are asked, two phones of each say yes at once, one has it."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import msgspec

from domain.actor import Actor, Role
from interfaces.bench.http_load import Connection, post
from interfaces.bench.sides import BODY

if TYPE_CHECKING:
    from collections.abc import Callable

    from interfaces.bench.outages import Outages

Json = dict[str, Any]
TENANT: Final = "bench"
CLIENTS: Final = 16
ASKED: Final = 8
"""Offers of a race; each is accepted by two clients, as by two phones of one company."""
AGAIN: Final = frozenset({"contended", "log_unavailable", "store_unavailable", "overloaded"})
"""Answers that mean: send it again under the same key."""
PAUSE_S: Final = 0.05
ANSWERED_WITHIN_S: Final = 10.0
"""A connection that says nothing for so long is dead: a fault, and the request is sent again."""


class Client:
    """One caller with a connection of its own; sends again under the same key until it is answered."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: Connection | None = None

    async def ask(self, path: str, token: str, body: bytes = b"", version: int | None = None) -> tuple[int, Json]:
        """The status and the answer, however often it takes."""
        request = post(path, token, body, str(uuid4()), version)
        while True:
            try:
                async with asyncio.timeout(ANSWERED_WITHIN_S):
                    if self._connection is None:
                        self._connection = await Connection.open("127.0.0.1", self._port)
                    status, told = await self._connection.ask(request)
            except (OSError, EOFError, TimeoutError, ValueError):
                self.close()
            else:
                answer: Json = msgspec.json.decode(told) if told else {}
                if answer.get("code") not in AGAIN:
                    return status, answer
            await asyncio.sleep(PAUSE_S)

    async def done(self, path: str, token: str, body: object = None, version: int | None = None) -> Json:
        """Order something that has to be done; raises RuntimeError when it was refused."""
        status, answer = await self.ask(path, token, b"" if body is None else msgspec.json.encode(body), version)
        if not 200 <= status < 300:
            message = f"{path}: {status} {answer}"
            raise RuntimeError(message)
        return answer

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@dataclass(frozen=True, slots=True)
class Crew:
    """A company with one shift, and the token that it speaks with."""

    token: str
    shift_id: str


@dataclass(slots=True)
class Tally:
    """What all races came to: answers, how long winners and losers waited, and what must not have happened."""

    answers: Counter[str] = field(default_factory=Counter)
    winner_s: list[float] = field(default_factory=list)
    loser_s: list[float] = field(default_factory=list)
    loser_in_outage_s: list[float] = field(default_factory=list)
    races: int = 0
    raced_s: float = 0.0
    wrong: list[str] = field(default_factory=list)


async def open_company(client: Client, desk: str, sign: Callable[[Actor], str]) -> Crew:
    """One more company on duty."""
    company = await client.done("/v1/providers", desk, {"name": "Lakeside Recovery", "phone": "+919845099999"})
    token = sign(Actor(Role.PROVIDER, UUID(str(company["id"])[4:]), TENANT))
    path = f"/v1/providers/{company['id']}"
    crew = await client.done(f"{path}/crew-members", token, {"skills": ["flat_tyre"]})
    truck = await client.done(f"{path}/trucks", token, {"equipment": ["flat_tyre"]})
    shift = {
        "provider_id": company["id"],
        "crew_id": crew["crew_id"],
        "truck_id": truck["truck_id"],
        "location": {"lat": 12.99, "lng": 77.6},
    }
    return Crew(token, str((await client.done("/v1/shifts", token, shift))["id"]))


class Track:
    """Eight crews and a desk of their own; races are prepared beside others, and run one at a time by all clients."""

    def __init__(self, desk_client: Client, desk: str, customer: str, crews: list[Crew]) -> None:
        self._client = desk_client
        self._desk = desk
        self._customer = customer
        self._crews = crews

    async def race(self, clients: list[Client], turn: asyncio.Lock, outages: Outages, tally: Tally) -> None:
        """Ask eight, let sixteen say yes at once, look who has it, call it off so that all are free again."""
        status, request = await self._client.ask("/v1/service-requests", self._customer, BODY)
        if status != 201:
            message = f"a call for help was answered {status}: {request}"
            raise RuntimeError(message)
        offers = [await self._asked(str(request["id"]), crew) for crew in self._crews]
        async with turn:
            said = await asyncio.gather(
                *(
                    self._accept(client, offers[number % ASKED], self._crews[number % ASKED], outages, tally)
                    for number, client in enumerate(clients)
                )
            )
        winners = {offer for offer, version in zip(offers * 2, said, strict=True) if version}
        losers = {offer for offer, version in zip(offers * 2, said, strict=True) if not version}
        if len(winners) != 1 or winners & losers:
            tally.wrong.append(f"{request['id']}: {sorted(winners)} were told yes, {sorted(winners & losers)} both")
        tally.races += 1
        path = f"/v1/service-requests/{request['id']}/cancellation"
        await self._client.done(path, self._desk, {"reason": "no_longer_needed"}, max(said))

    async def _asked(self, request_id: str, crew: Crew) -> str:
        order = {"request_id": request_id, "shift_id": crew.shift_id, "lapses_in_s": 900, "beside": True}
        return str((await self._client.done("/v1/offers", self._desk, order))["id"])

    async def _accept(self, client: Client, offer: str, crew: Crew, outages: Outages, tally: Tally) -> int:
        """The version of the request that the winner was told; 0 for a loser."""
        begun = perf_counter()
        status, answer = await client.ask(f"/v1/offers/{offer}/acceptance", crew.token)
        ended = perf_counter()
        has_it = status == 200 and answer.get("state") == "accepted"
        felt = outages.felt(begun, ended)
        tally.answers["accepted" if has_it else str(answer.get("code"))] += 1
        if has_it and not felt:
            tally.winner_s.append(ended - begun)
        elif not has_it:
            (tally.loser_in_outage_s if felt else tally.loser_s).append(ended - begun)
            if (status, answer.get("code"), answer.get("state")) != (409, "offer_closed", "superseded"):
                tally.wrong.append(f"a loser was told {status} {answer}")
        return int(answer["request_version"]) if has_it else 0
