"""How long and how large may the head of a request be, and what is told to one who does not speak HTTP?"""

import asyncio
from typing import Final

from uuid_utils.compat import uuid4
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from interfaces.http.problem_catalogue import CATALOGUE
from interfaces.http.problems import MEDIA_TYPE, Problem, document_bytes

# 10 s for the head, from the first byte or from connecting: as long as a whole request may take.
HEAD_WITHIN_S: Final = 10.0
# 32 KiB: several times a long token and a browser's cookies; the parser itself knows no limit.
MOST_HEAD_BYTES: Final = 32 * 1024


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's parser, with the two limits that it lacks."""

    _in_head = True
    _head_bytes = 0
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """A caller is there: it has to say something soon."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """It hung up."""
        self._head_is_there()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """The head of a request begins."""
        super().on_message_begin()
        if not self._in_head:
            self._expect_head()

    def on_headers_complete(self) -> None:
        """The head is whole: from here on the limits of the edge hold."""
        self._head_is_there()
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > MOST_HEAD_BYTES:
            self._refuse("head_too_large")
        else:
            super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Bytes came in; a head that goes on for ever is cut off."""
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > MOST_HEAD_BYTES:
            self._refuse("head_too_large")

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP gets a problem too."""
        del msg
        self._refuse("malformed_request")

    def _expect_head(self) -> None:
        self._in_head = True
        self._late = asyncio.get_running_loop().call_later(HEAD_WITHIN_S, self._give_up)

    def _head_is_there(self) -> None:
        self._in_head = False
        self._head_bytes = 0
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _give_up(self) -> None:
        self._refuse("head_too_slow")

    def _refuse(self, code: str) -> None:
        self._head_is_there()
        if self.transport.is_closing():
            return
        status, body = document_bytes(Problem(code), uuid4().hex)
        head = (
            f"HTTP/1.1 {status} {CATALOGUE[code].title}\r\ncontent-type: {MEDIA_TYPE}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
