"""How does a mail server answer? As RFC 5321 says, as far as a client that hands over one mail needs it."""

import asyncio
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Final

LINE_BYTES: Final = 65_536


@dataclass
class SmtpSandbox:
    """``refuse`` says with which reply a recipient is turned away; empty takes everybody."""

    taken: list[EmailMessage] = field(default_factory=list)
    refuse: str = ""
    port: int = 0
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen at a free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LINE_BYTES)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _say(writer, "220 sandbox")
        while line := await reader.readline():
            word = line.strip().upper()
            if word.startswith((b"EHLO", b"HELO")):
                await _say(writer, "250 sandbox")
            elif word.startswith(b"RCPT") and self.refuse:
                await _say(writer, self.refuse)
            elif word == b"DATA":
                await _say(writer, "354 go on")
                self.taken.append(await _mail(reader))
                await _say(writer, "250 taken")
            elif word == b"QUIT":
                await _say(writer, "221 bye")
                break
            else:
                await _say(writer, "250 ok")
        writer.close()


async def _mail(reader: asyncio.StreamReader) -> EmailMessage:
    lines: list[bytes] = []
    while (line := await reader.readline()) not in {b".\r\n", b""}:
        lines.append(line[1:] if line.startswith(b"..") else line)
    return message_from_bytes(b"".join(lines), policy=policy.default)


async def _say(writer: asyncio.StreamWriter, text: str) -> None:
    writer.write(f"{text}\r\n".encode())
    await writer.drain()
