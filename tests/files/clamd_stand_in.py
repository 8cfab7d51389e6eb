"""A virus scanner that speaks as ClamAV's daemon does, and knows one signature."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.files.samples import EICAR


class StandIn:
    """What it was shown; ``says`` overrules what it would say."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.port = 0
        self.seen = 0
        self.says: bytes | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        command = await reader.readuntil(b"\0")
        if command == b"zINSTREAM\0":
            said = await self._stream(reader)
        else:
            said = b"ClamAV 1.4.2/27800" if command == b"zVERSION\0" else b"UNKNOWN COMMAND"
        writer.write((self.says if self.says is not None else said) + b"\0")
        await writer.drain()
        writer.close()

    async def _stream(self, reader: asyncio.StreamReader) -> bytes:
        content = b""
        while length := int.from_bytes(await reader.readexactly(4)):
            content += await reader.readexactly(length)
            if len(content) > self.most_bytes:
                return b"INSTREAM size limit exceeded. ERROR"
        self.seen += 1
        return b"stream: Eicar-Signature FOUND" if EICAR in content else b"stream: OK"


@asynccontextmanager
async def clamd_stand_in(most_bytes: int = 1_000_000) -> AsyncIterator[StandIn]:
    """One that listens on a free port."""
    stand_in = StandIn(most_bytes)
    server = await asyncio.start_server(stand_in.serve, "127.0.0.1", 0)
    stand_in.port = server.sockets[0].getsockname()[1]
    async with server:
        yield stand_in
