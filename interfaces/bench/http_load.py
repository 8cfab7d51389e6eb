"""How do we load an HTTP server from one process without being its bottleneck?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from uuid import uuid4

import msgspec

HEADER_END = b"\r\n\r\n"
LENGTH = b"content-length:"


@dataclass(slots=True)
class Load:
    """What one round came to: requests a second, latencies in seconds, answers by status."""

    rate: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)


class Connection:
    """One keep-alive connection; requests go one after the other, as bytes that were made before."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, host: str, port: int) -> Connection:
        """Connect."""
        return cls(*await asyncio.open_connection(host, port))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send one request and read its answer: status and body."""
        self._writer.write(request)
        head = (await self._reader.readuntil(HEADER_END)).lower()
        at = head.find(LENGTH)
        length = int(head[at + len(LENGTH) : head.index(b"\r\n", at)]) if at >= 0 else 0
        body = await self._reader.readexactly(length) if length else b""
        return int(head[9:12]), body

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


def post(path: str, token: str, body: bytes, key: str | None = None, version: int | None = None) -> bytes:
    """A POST as it goes over the wire, with an idempotency key of its own; ``version`` is what If-Match tells."""
    if_match = "" if version is None else f'If-Match: "{version}"\r\n'
    return (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Idempotency-Key: {key or uuid4()}\r\n{if_match}Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def get(path: str, token: str) -> bytes:
    """A GET as it goes over the wire."""
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n".encode()


async def closed_loop(port: int, connections: int, seconds: float, request: Callable[[], bytes]) -> Load:
    """So many connections, each sending its next request when the last was answered."""
    load = Load()
    opened = [await Connection.open("127.0.0.1", port) for _ in range(connections)]
    begun = perf_counter()

    async def client(connection: Connection) -> None:
        while (started := perf_counter()) < begun + seconds:
            status, _ = await connection.ask(request())
            load.latencies.append(perf_counter() - started)
            load.statuses[status] = load.statuses.get(status, 0) + 1

    await asyncio.gather(*[client(connection) for connection in opened])
    load.rate = len(load.latencies) / (perf_counter() - begun)
    for connection in opened:
        connection.close()
    return load


async def fixed_rate(port: int, connections: int, seconds: float, rate: float, request: Callable[[], bytes]) -> Load:
    """A request every 1/rate seconds over the connections in turn; latency counts from when it was due."""
    load = Load()
    opened = [await Connection.open("127.0.0.1", port) for _ in range(connections)]
    begun = perf_counter()

    async def client(number: int, connection: Connection) -> None:
        due = begun + number / rate
        while due < begun + seconds:
            if (wait := due - perf_counter()) > 0:
                await asyncio.sleep(wait)
            status, _ = await connection.ask(request())
            load.latencies.append(perf_counter() - due)
            load.statuses[status] = load.statuses.get(status, 0) + 1
            due += connections / rate

    await asyncio.gather(*[client(number, connection) for number, connection in enumerate(opened)])
    load.rate = len(load.latencies) / (perf_counter() - begun)
    for connection in opened:
        connection.close()
    return load


@dataclass(slots=True)
class Seen:
    """How long a caller waited to see what it had ordered, in seconds: in all, and for the query alone."""

    both: list[float] = field(default_factory=list)
    query: list[float] = field(default_factory=list)


async def order_and_look(
    port: int, times: int, pause_s: float, order: Callable[[], tuple[bytes, str]], path: str
) -> Seen:
    """One caller who orders, reads as far as its own order with ``min_position``, and pauses.

    ``order`` gives a request and the token to look with; raises RuntimeError for an answer that is no yes.
    """
    seen = Seen()
    connection = await Connection.open("127.0.0.1", port)
    for _ in range(times):
        request, token = order()
        begun = perf_counter()
        made, body = await connection.ask(request)
        told = perf_counter()
        answer = msgspec.json.decode(body)
        status, _ = await connection.ask(get(f"{path}/{answer['id']}?min_position={answer['position']}", token))
        done = perf_counter()
        if (made, status) != (201, 200):
            raise RuntimeError(f"expected 201 and 200, got {made} and {status}")
        seen.both.append(done - begun)
        seen.query.append(done - told)
        await asyncio.sleep(pause_s)
    connection.close()
    return seen
