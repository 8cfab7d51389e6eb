"""Do the walls around a request stand: how long, how many, and how a process stops?"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing

import httpx
import pytest

from domain.actor import Role
from infra.embedded.ports import free_port
from infra.identity.place import local_authority
from infra.settings import Settings, SettingsError
from interfaces.http.server import listening
from tests.support.api import HELP, Api, a_request, in_process, over_the_network, projecting, somebody
from tests.support.servers import Database

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

PATH = "/v1/service-requests"
# How long a busy machine may take to start or to stop a process; what is asked is that it happens at all.
PATIENCE_S = 90.0


def test_a_body_that_never_comes_is_not_waited_for(database: Database) -> None:
    impatient = database.settings.model_copy(update={"request_timeout_s": 0.3})
    with over_the_network(impatient) as address:
        host, port = address.removeprefix("http://").split(":")
        api = Api(httpx.AsyncClient(), local_authority(impatient.token_key, 600))
        headers = {
            "Host": host,
            "Content-Type": "application/json",
            "Content-Length": "100",
            "Idempotency-Key": "slow",
            **api.headers(somebody(Role.CUSTOMER)),
        }
        sent = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        with closing(socket.create_connection((host, int(port)), timeout=10)) as line:
            line.sendall(f"POST {PATH} HTTP/1.1\r\n{sent}\r\n{{".encode())
            told = line.recv(65_536).decode()
    assert told.startswith("HTTP/1.1 503")
    assert json.loads(told.partition("\r\n\r\n")[2])["code"] == "timed_out"
    assert "retry-after: 1" in told.lower()


def say(address: str, *parts: bytes) -> str:
    """What the server answers to these bytes."""
    host, port = address.removeprefix("http://").split(":")
    with closing(socket.create_connection((host, int(port)), timeout=10)) as line:
        for part in parts:
            line.sendall(part)
        told = b""
        while chunk := line.recv(65_536):
            told += chunk
    return told.decode()


def test_the_head_of_a_request_has_its_limits(shared_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with over_the_network(shared_database.settings) as address:
        large = b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Large: " + b"x" * 40_000
        assert say(address, large).startswith("HTTP/1.1 431 ")
        many = b"GET /livez HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(5_000))
        assert '"code":"head_too_large"' in say(address, many)
        for nonsense in (b"\x16\x03\x01\x02\x00\x01\x00", b"HELO x\r\n\r\n", b"GET http:// HTTP/1.1\r\n\r\n"):
            told = say(address, nonsense)
            assert told.startswith("HTTP/1.1 400 ")
            assert '"code":"malformed_request"' in told
        monkeypatch.setattr("interfaces.http.protocol.HEAD_WITHIN_S", 0.2)
        assert say(address, b"GET /livez HTTP/1.1\r\nX-Slow: ").startswith("HTTP/1.1 408 ")
        assert say(address).startswith("HTTP/1.1 408 ")
        with httpx.Client(base_url=address) as client:
            assert client.get("/livez").is_success
            time.sleep(0.5)
            assert client.get("/livez").is_success, "between requests a connection may rest"


async def test_too_many_at_once_are_told_to_come_back(database: Database) -> None:
    narrow = database.settings.model_copy(update={"most_requests_in_flight": 4})
    with projecting(narrow):
        async with in_process(narrow) as api:
            await api.until_ready()
            await _crowd(api)


async def _crowd(api: Api) -> None:
    answers = await asyncio.gather(*[api.post(PATH, somebody(Role.CUSTOMER), HELP) for _ in range(40)])
    codes = {answer.status_code for answer in answers}
    assert codes == {201, 503}
    refused = next(answer for answer in answers if answer.status_code == 503)
    assert (refused.json()["code"], refused.headers["Retry-After"]) == ("overloaded", "1")
    assert (await api.post(PATH, somebody(Role.CUSTOMER), HELP)).status_code == 201


async def test_transport_security_is_asked_for_only_over_tls(database: Database) -> None:
    async with in_process(database.settings.model_copy(update={"over_tls": True})) as api:
        assert "max-age" in (await api.client.get("/livez")).headers["Strict-Transport-Security"]
    async with in_process(database.settings) as api:
        assert "Strict-Transport-Security" not in (await api.client.get("/livez")).headers


async def test_no_tokens_are_made_in_production(database: Database) -> None:
    strict = database.settings.model_copy(update={"environment": "production"})
    with projecting(strict):
        async with in_process(strict) as api:
            await api.until_ready()
            answer = await api.client.post("/v1/tokens", json={"role": "admin"})
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown_route")
            assert (await a_request(api))[1]["version"] == 1


async def test_a_customer_writes_nothing_under_another_name(database: Database) -> None:
    async with in_process(database.settings) as api:
        mine, victim = somebody(Role.CUSTOMER), somebody(Role.CUSTOMER)
        named = {**HELP, "customer_id": f"usr_{victim.subject_id.hex}"} if victim.subject_id else {}
        answer = await api.post(PATH, mine, named)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_a_busy_port_is_one_clear_line(database: Database) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        taken = database.settings.model_copy(update={"port": busy.getsockname()[1]})
        with pytest.raises(SettingsError, match="cannot be used"):
            listening(taken)


def environment(settings: Settings) -> dict[str, str]:
    told = {
        "VEHICAID_DATABASE_URL": settings.database_url,
        "VEHICAID_ADMIN_DATABASE_URL": settings.admin_database_url,
        "VEHICAID_PORT": str(free_port()),
    }
    for name in ("token_signing_key", "cursor_signing_key", "personal_master_key"):
        told[f"VEHICAID_{name.upper()}"] = getattr(settings, name).get_secret_value()
    return {**os.environ, **told}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_stops_even_while_a_caller_hangs_on(database: Database, number: signal.Signals) -> None:
    told = environment(database.settings)
    command = [sys.executable, "-m", "interfaces.cli", "api"]
    with subprocess.Popen(command, env=told, stdout=subprocess.DEVNULL) as process:
        address = f"http://127.0.0.1:{told['VEHICAID_PORT']}"
        with httpx.Client(base_url=address, timeout=10) as client:
            _until_it_lives(client, process)
            line = socket.create_connection(("127.0.0.1", int(told["VEHICAID_PORT"])))
            api = Api(httpx.AsyncClient(), local_authority(database.settings.token_key, 600))
            kept = {"Host": "x", "Content-Length": "9", "Idempotency-Key": "slow", "Content-Type": "application/json"}
            sent = "".join(f"{name}: {value}\r\n" for name, value in api.headers(api.desk, kept).items())
            line.sendall(f"POST {PATH} HTTP/1.1\r\n{sent}\r\n".encode())
            time.sleep(0.1)
            process.send_signal(number)
            # The caller hangs on for ever, the process 5 s at most on a machine of its own.
            assert process.wait(PATIENCE_S) == 0
            line.close()


def _until_it_lives(client: httpx.Client, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        assert process.poll() is None, "it ended by itself"
        try:
            client.get("/livez")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    process.kill()
    raise AssertionError("it did not start")
