"""How do tests break the line between us and a server? A TCP proxy that delays, cuts, swallows or refuses."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")
CHUNK = 65_536
BACKLOG = 1024
START_WITHIN_S = 120.0


@dataclass
class Cut:
    """Cut one connection, once: after a pattern was seen from the client, and so many more bytes of the server's.

    With ``on=None`` counting starts with the connection. ``after_bytes=0`` is before the first byte of the reply:
    the server has done its work, nobody hears of it. ``before_request`` drops the request as well.
    ``hold`` keeps the line open and silent instead, as a frozen client would.
    """

    on: bytes | None = None
    after_bytes: int = 0
    before_request: bool = False
    hold: bool = False
    fired: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.armed_by: _Line | None = None


class _Line:
    """One connection through the proxy."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.client = client
        self.server = server
        self.counted: int | None = None
        self.tail = b""

    def abort(self) -> None:
        for writer in (self.client, self.server):
            writer.transport.abort()


class Proxy:
    """Runs in a thread of its own, so that it works for blocking code and for asyncio alike."""

    def __init__(self, host: str, port: int) -> None:
        self.target = (host, port)
        self.port = 0
        self.delay_s = 0.0
        """Added to everything that travels, in both directions."""
        self.cut: Cut | None = None
        self.connections = 0
        self._loop = asyncio.new_event_loop()
        self._lines: set[_Line] = set()
        self._flowing: asyncio.Event | None = None
        self._refusing = False
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def blackhole(self) -> None:
        """Swallow everything from now on: connections stay open, nothing arrives."""
        self._call(self._set_flowing(flowing=False))

    def heal(self) -> None:
        """Deliver what was held back and everything after it, accept connections again."""
        self._refusing = False
        self._call(self._set_flowing(flowing=True))

    def sever(self) -> None:
        """Cut every connection and refuse new ones until healed."""
        self._refusing = True
        self._call(self._abort_all())

    def drop_all(self) -> None:
        """Cut every connection; new ones are welcome."""
        self._call(self._abort_all())

    def start(self) -> None:
        """Listen on a free port."""
        self._thread.start()
        self._call(self._listen())

    def stop(self) -> None:
        """Cut what is left."""
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_WITHIN_S)
        self._loop.close()

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(START_WITHIN_S)

    async def _listen(self) -> None:
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=BACKLOG)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._abort_all()
        await asyncio.sleep(0)  # aborted transports close their sockets in the next turn

    async def _set_flowing(self, *, flowing: bool) -> None:
        assert self._flowing is not None
        if flowing:
            self._flowing.set()
        else:
            self._flowing.clear()

    async def _abort_all(self) -> None:
        for line in list(self._lines):
            line.abort()

    async def _serve(self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self._refusing:
            to_client.transport.abort()
            return
        try:
            from_server, to_server = await asyncio.open_connection(*self.target)
        except OSError:
            to_client.transport.abort()
            return
        line = _Line(to_client, to_server)
        self._lines.add(line)
        if self.cut is not None and self.cut.on is None and not self.cut.fired.is_set():
            self._arm(line, self.cut)
        pumps = [
            asyncio.create_task(self._pump(line, from_client, to_server, self._requested)),
            asyncio.create_task(self._pump(line, from_server, to_client, self._replied)),
        ]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in pumps:
            pump.cancel()
        line.abort()
        self._lines.discard(line)

    async def _pump(
        self,
        line: _Line,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        judge: Callable[[_Line, bytes], bytes | None],
    ) -> None:
        assert self._flowing is not None
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                await self._flowing.wait()
                passed = judge(line, data)
                if passed is not None:
                    writer.write(passed)
                    await writer.drain()
                if passed is None or len(passed) < len(data):
                    if self.cut is not None and self.cut.hold:
                        await asyncio.Event().wait()
                    return

    def _arm(self, line: _Line, cut: Cut) -> None:
        cut.armed_by = line
        line.counted = 0

    def _requested(self, line: _Line, data: bytes) -> bytes | None:
        """What of the client's bytes goes on."""
        cut = self.cut
        if cut is None or cut.on is None or cut.armed_by is not None:
            return data
        seen = line.tail + data
        line.tail = seen[-len(cut.on) :]
        if cut.on not in seen:
            return data
        self._arm(line, cut)
        if cut.before_request:
            cut.fired.set()
            return None
        return data

    def _replied(self, line: _Line, data: bytes) -> bytes | None:
        """What of the server's bytes goes on; fewer than there are means: and then cut."""
        cut = self.cut
        if cut is None or cut.armed_by is not line or line.counted is None or cut.fired.is_set():
            return data
        left = cut.after_bytes - line.counted
        line.counted += len(data)
        if line.counted <= cut.after_bytes and cut.after_bytes:
            return data
        cut.fired.set()
        return data[:left] if left else None


@contextmanager
def proxy_to(host: str, port: int) -> Iterator[Proxy]:
    """A proxy that is gone afterwards."""
    proxy = Proxy(host, port)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
