"""Does every operation let in whom the table admits, and nobody else? Every role and duty, without a database."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Scope

from domain.actor import Actor, Duty, Role
from domain.ids import new_id
from infra.settings import Settings
from interfaces.http.app import ALL_ROUTES, OPEN_PATHS, build_app
from interfaces.http.declared import check_complete, is_public, open_paths, operations
from interfaces.http.policy import ADMIN, OPEN, POLICY
from interfaces.http.reach import BadPolicy, Reach, admits, table
from interfaces.http.routing import Routes, row_of
from interfaces.http.shapes.tokens import TokenMade
from tests.support.api import somebody

KEY = "k" * 40
NOW = datetime.now(UTC)
HTTP_FORBIDDEN, HTTP_UNAUTHENTICATED = 403, 401
OPERATIONS = list(operations(ALL_ROUTES))
READERS = {Role.AUDITOR, Role.ANALYST}
"""Those who look at what others did."""


def callers() -> Iterator[Actor]:
    """One of each role, and of a company's people one of each duty."""
    for role in Role:
        yield somebody(role)
    for duty in Duty:
        yield replace(somebody(Role.PROVIDER), person_id=new_id(NOW), duty=duty)


@dataclass
class Wall:
    """The whole application with nothing behind it: whoever gets past the table meets an error, never a refusal."""

    app: FastAPI

    async def status(self, method: str, path: str, token: str | None) -> int:
        """What somebody with that token is answered."""
        headers = [(b"authorization", f"Bearer {token}".encode())] if token else []
        scope: Scope = {
            "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
            "headers": [*headers, (b"content-type", b"application/json")], "scheme": "http", "server": ("here", 80),
            "client": ("127.0.0.1", 1), "http_version": "1.1", "root_path": "", "app": self.app,
        }  # fmt: skip
        said: list[int] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                said.append(message["status"])

        try:
            await self.app(scope, receive, send)
        except Exception:  # noqa: BLE001  nothing is behind the wall: how that fails is not what is asked
            return said[0] if said else 500
        return said[0]


@pytest.fixture(scope="module")
def wall() -> Wall:
    return Wall(build_app(Settings(environment="local", token_signing_key=KEY, cursor_signing_key=KEY)))


@pytest.mark.anyio
@pytest.mark.parametrize("actor", list(callers()), ids=lambda actor: f"{actor.role}-{actor.duty or 'any'}")
async def test_the_wall_is_where_the_table_says(wall: Wall, actor: Actor) -> None:
    token = wall.app.state.authority.sign(actor, datetime.now(UTC))
    wrong = []
    for operation, method, path in OPERATIONS:
        row = row_of(operation)
        if not is_public(row):
            status = await wall.status(method, path, token)
            assert status != HTTP_UNAUTHENTICATED, "whoever is not known is refused for another reason"
            refused = status == HTTP_FORBIDDEN
            if refused == admits(row, actor.role, actor.duty):
                wrong.append(operation)
    assert not wrong


@pytest.mark.anyio
async def test_nobody_gets_in_without_a_token_but_where_the_table_says(wall: Wall) -> None:
    for operation, method, path in OPERATIONS:
        refused = await wall.status(method, path, None) == HTTP_UNAUTHENTICATED
        assert refused == (not is_public(row_of(operation))), operation


def test_every_route_has_its_row_and_every_row_its_route() -> None:
    assert {operation for operation, _, _ in OPERATIONS} == set(POLICY)
    with pytest.raises(BadPolicy, match=r"rows without a route: .*make_token"):
        check_complete([route for route in ALL_ROUTES if getattr(route, "operation_id", "") != "make_token"])


def test_a_route_without_a_row_cannot_be_declared() -> None:
    with pytest.raises(BadPolicy, match="no row for nobody_knows"):

        @Routes("New").query("/v1/new", TokenMade)
        async def nobody_knows() -> Response:
            """Nobody said who may."""
            return Response()

    with pytest.raises(BadPolicy, match="no row for found_by_hand"):
        check_complete([*ALL_ROUTES, Route("/v1/by-hand", lambda _: None, name="found_by_hand", methods=["POST"])])


def test_an_operation_has_one_row_and_an_address_one_kind() -> None:
    with pytest.raises(BadPolicy, match="two rows for look"):
        table((ADMIN, "look see"), (OPEN, "look"))
    again = Route("/v1/tokens", lambda _: None, name="read_kpis", methods=["POST"])
    with pytest.raises(BadPolicy, match="needs a token"):
        open_paths([*ALL_ROUTES, again])
    assert "/v1/tokens" in OPEN_PATHS
    with pytest.raises(BadPolicy, match="no row"):
        row_of("nothing_of_ours")


def test_those_who_look_order_nothing() -> None:
    for operation, method, _ in OPERATIONS:
        for role in READERS & set(row_of(operation)):
            assert method == "GET" or row_of(operation)[role].reach is not Reach.TENANT, (operation, role)


def test_a_driver_never_reaches_the_money_of_the_company() -> None:
    of_the_owner = {"give_account", "check_account", "list_earnings", "list_payouts", "take_provider_statement"}
    for operation in of_the_owner:
        assert not admits(row_of(operation), Role.PROVIDER, Duty.DRIVER)
        assert not admits(row_of(operation), Role.PROVIDER, Duty.DISPATCHER)
        assert admits(row_of(operation), Role.PROVIDER, Duty.OWNER)


def test_who_sends_the_trucks_does_not_decide_who_is_paid() -> None:
    for operation in ("hold_one", "let_one_go", "withdraw_one", "give_account", "give_payment_up", "release_reserve"):
        assert Role.DISPATCHER not in row_of(operation)
        assert Role.FINANCE in row_of(operation)
