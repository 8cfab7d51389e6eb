"""How can an answer fail to arrive? The connection is closed, or reset, under the hands of the server."""

import asyncio
import socket
import struct
from typing import Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# Where the application finds the line it may cut.
LINE: Final = "vehicaid.line"
# A socket closed with this option and no patience sends a reset.
AT_ONCE: Final = struct.pack("ii", 1, 0)


class DroppingProtocol(HttpToolsProtocol):
    """uvicorn's own protocol, which tells the application the line a request came over."""

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        cast("dict[str, object]", self.scope)[LINE] = self.transport


def close(scope: dict[str, object], *, reset: bool) -> None:
    """End the connection now, with nothing more said."""
    line = cast("asyncio.Transport", scope[LINE])
    if reset:
        line_socket = line.get_extra_info("socket")
        if line_socket is not None:
            line_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    line.abort()
