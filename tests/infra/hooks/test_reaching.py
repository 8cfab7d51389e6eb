"""Can whoever chooses the address of a webhook make us call something of our own?"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from infra.hooks.addresses import BadHookUrl, checked_url, may_be_called
from infra.hooks.reaching import MOST_ANSWERED, Reached, Reaching, SystemResolver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

ADDRESSES_INSIDE = """
127.0.0.1 127.1.2.3 0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 192.168.255.255
169.254.169.254 169.254.170.2 169.254.0.1 100.64.0.1 100.100.100.200 100.127.255.255 192.0.0.1 192.0.0.192 192.0.2.1
198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 168.63.129.16
192.88.99.1 ::1 :: fe80::1 fe80::1%eth0 fe80::a9fe:a9fe fec0::1 fc00::1 fd00::1 fd00:ec2::254 ff02::1 ff0e::1
::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:8.8.8.8 ::127.0.0.1 ::10.0.0.1 ::ffff:0:127.0.0.1
64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::a00:1 2002:7f00:1:: 2002:a9fe:a9fe:: 2002:c0a8:1:: 2001::1
2001:0:7f00:1:: 2001:10::1 2001:20::1 2001:db8::1 3fff::1 100::1 2001:2::1 5f00::1 4000::1 localhost 2130706433
0x7f000001 0177.0.0.1 127.1 [::1] 8.8.8.8:80
"""
ADDRESSES_OUTSIDE = "8.8.8.8 1.1.1.1 142.250.1.1 172.15.0.1 172.32.0.1 100.63.0.1 2606:4700:4700::1111 2a00:1450::1"
INSIDE, OUTSIDE = ADDRESSES_INSIDE.split(), ADDRESSES_OUTSIDE.split()


class Says:
    """A resolver that answers differently each time."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        del host, port
        self.asked += 1
        return self._answers.pop(0)


@asynccontextmanager
async def a_server(answer: bytes) -> AsyncIterator[tuple[int, list[bytes]]]:
    """Somebody on this machine who answers everything alike, and what was asked of them."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield int(server.sockets[0].getsockname()[1]), heard


def test_there_are_enough_of_them() -> None:
    assert len(INSIDE) >= 60


@pytest.mark.parametrize("address", INSIDE)
def test_nothing_inside_of_a_network_is_called(address: str) -> None:
    assert not may_be_called(address, is_local=False)


@pytest.mark.parametrize("address", OUTSIDE)
def test_the_internet_is_called(address: str) -> None:
    assert may_be_called(address, is_local=False)


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "::ffff:10.0.0.1", "fe80::1"])
def test_a_local_run_calls_itself_and_no_other_network(address: str) -> None:
    assert may_be_called("127.0.0.1", is_local=True)
    assert not may_be_called(address, is_local=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://partner.example/hook",
        "https://partner.example:22/hook",
        "https://partner.example:6379/hook",
        "https://name:word@partner.example/hook",
        "https://partner.example/hook#part",
        "https:///hook",
        "file:///etc/passwd",
        "gopher://partner.example/",
        "partner.example",
        "https://partner.example/" + "a" * 500,
        "https://partner.example:port/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.1]/",
        "https://pärtner.example/",
    ],
)
def test_only_a_plain_https_address_is_taken(url: str) -> None:
    with pytest.raises(BadHookUrl):
        checked_url(url, is_local=False)


def test_a_plain_https_address_is_taken() -> None:
    assert checked_url("https://partner.example:8443/hook?of=us", is_local=False).host == "partner.example"


@pytest.mark.anyio
@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "0177.0.0.1", "127.0.0.1", "[::1]", "localhost"])
async def test_this_machine_under_another_spelling_is_not_called(host: str) -> None:
    reaching = Reaching(SystemResolver(), is_local=False)
    reached = await reaching.post(f"https://{host}/hook", {}, b"{}")
    assert not reached.is_taken
    assert reached.status is None


@pytest.mark.anyio
async def test_one_address_inside_is_enough_to_refuse_the_name() -> None:
    reaching = Reaching(Says(["8.8.8.8", "10.0.0.1"]), is_local=False)
    assert await reaching.post("https://partner.example/", {}, b"{}") == Reached(None, "address_refused")


@pytest.mark.anyio
async def test_a_name_is_asked_for_once_and_that_address_is_called() -> None:
    async with a_server(b"HTTP/1.1 204 No Content\r\n\r\n") as (port, heard):
        says = Says(["127.0.0.1"], ["169.254.169.254"])
        url = f"http://partner.example:{port}/hook"
        reached = await Reaching(says, is_local=True).post(url, {"webhook-id": "evt_1"}, b"{}")
    assert (reached.is_taken, says.asked) == (True, 1)
    assert b"host: partner.example" in heard[0].lower()


@pytest.mark.anyio
async def test_a_redirect_is_not_followed() -> None:
    async with a_server(b"HTTP/1.1 307 Go\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n") as there:
        port, heard = there
        reached = await Reaching(Says(["127.0.0.1"]), is_local=True).post(f"http://a.example:{port}/", {}, b"{}")
    assert (reached.status, reached.is_taken, len(heard)) == (307, False, 1)


@pytest.mark.anyio
async def test_an_answer_without_end_is_left() -> None:
    endless = b"HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\n\r\n" + b"x" * (MOST_ANSWERED * 2)
    async with a_server(endless) as (port, _):
        reached = await Reaching(Says(["127.0.0.1"]), is_local=True).post(f"http://a.example:{port}/", {}, b"{}")
    assert reached.is_taken
