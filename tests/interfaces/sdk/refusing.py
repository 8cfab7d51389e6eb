"""How does a test put a gate before the server that refuses some calls and lets the others through?"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

PASSED_ON = ("authorization", "idempotency-key", "if-match", "content-type", "accept")
PASSED_BACK = ("content-type", "retry-after", "vehicaid-position", "content-disposition", "etag")


class Gate:
    """Between client and server, as a proxy that sheds load."""

    def __init__(self, address: str) -> None:
        self.refusals: list[tuple[int, str | None]] = []
        """Status and Retry-After of the next answers; when none is left, the server answers."""
        self.answers_are_lost = False
        """Whether the server does what it is told before the gate refuses."""
        self.keys: list[str | None] = []
        """Under which Idempotency-Key each call came."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, address))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()


def _handler(gate: Gate, address: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            gate.keys.append(self.headers.get("idempotency-key"))
            refusal = gate.refusals.pop(0) if gate.refusals else None
            answer = None
            if refusal is None or gate.answers_are_lost:
                told = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
                answer = httpx.request(self.command, address + self.path, content=body, headers=told, timeout=30)
            if refusal is None and answer is not None:
                back = {name: answer.headers[name] for name in PASSED_BACK if name in answer.headers}
                self._answer(answer.status_code, back, answer.content)
                return
            status, after = refusal or (502, None)
            back = {"content-type": "application/problem+json"} | ({} if after is None else {"retry-after": after})
            self._answer(status, back, json.dumps({"status": status, "code": "shed"}).encode())

        def do_GET(self) -> None:
            self._take()

        def do_POST(self) -> None:
            self._take()

        def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            pass

    return Handler


@contextmanager
def gate_before(address: str) -> Iterator[Gate]:
    """A gate that is gone afterwards."""
    gate = Gate(address)
    try:
        yield gate
    finally:
        gate.close()
