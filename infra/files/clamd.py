"""How is a file shown to ClamAV? In pieces over TCP, as its daemon's command INSTREAM takes them."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

from application.files import ScannerAway

# 64 KiB a piece: the daemon takes any size up to its StreamMaxLength (25 MiB unless it was set).
PIECE: Final = 65_536
MOST_SAID: Final = 4_096
FOUND: Final = " FOUND"
CLEAN: Final = "stream: OK"


class Clamd:
    """One connection for each file, as the daemon wants it. See Scanner."""

    def __init__(self, host: str, port: int, answers_within_s: float) -> None:
        self._host = host
        self._port = port
        self._answers_within_s = answers_within_s

    async def scan(self, content: bytes) -> str | None:
        """See Scanner: what is neither clean nor found is no answer, and then the file is not taken."""
        said = await self._ask(b"zINSTREAM\0", content)
        if said == CLEAN:
            return None
        if said.endswith(FOUND):
            return said.removeprefix("stream: ").removesuffix(FOUND)
        raise ScannerAway(f"the scanner said {said[:80]!r}")

    async def version(self) -> str:
        """What it says it is; raises ScannerAway."""
        return await self._ask(b"zVERSION\0", None)

    async def _ask(self, command: bytes, content: bytes | None) -> str:
        try:
            async with asyncio.timeout(self._answers_within_s):
                return await self._asked(command, content)
        except (OSError, TimeoutError, asyncio.LimitOverrunError, UnicodeDecodeError) as error:
            raise ScannerAway(type(error).__name__) from error

    async def _asked(self, command: bytes, content: bytes | None) -> str:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(command)
            if content is not None:
                for start in range(0, len(content), PIECE):
                    piece = content[start : start + PIECE]
                    writer.write(len(piece).to_bytes(4) + piece)
                    await writer.drain()
                writer.write(bytes(4))
            await writer.drain()
            return (await reader.read(MOST_SAID)).rstrip(b"\0\n").decode()
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
