"""How does Fast2SMS answer? As its documents and public clients show it, errors included; it keeps what it is given."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

ROUTES = frozenset({"otp", "q", "dlt", "dlt_manual"})
NUMBER = re.compile(r"[6-9][0-9]{9}")


@dataclass
class SmsSandbox:
    """``fault`` is a status code that the next messages are refused with; 0 takes them."""

    key: str
    taken: list[dict[str, str]] = field(default_factory=list)
    fault: int = 0

    def app(self) -> Starlette:
        """What listens."""
        return Starlette(routes=[Route("/dev/bulkV2", self._send, methods=["POST"])])

    async def _send(self, request: Request) -> JSONResponse:
        if request.headers.get("authorization") != self.key:
            return _refused(401, 412, "Invalid Authentication, Check Authorization Key")
        try:
            told = json.loads(await request.body())
        except ValueError:
            return _refused(400, 402, "Message Text Required")
        return self._taken(told if isinstance(told, dict) else {})

    def _taken(self, told: Mapping[str, object]) -> JSONResponse:
        if self.fault:
            return _refused(400, self.fault, "As the test wished")
        if told.get("route") not in ROUTES:
            return _refused(400, 408, "Invalid Route")
        numbers = str(told.get("numbers", "")).split(",")
        if not all(NUMBER.fullmatch(number) for number in numbers):
            return _refused(400, 411, "Invalid Numbers")
        if not str(told.get("variables_values", told.get("message", ""))):
            return _refused(400, 402, "Message Text Required")
        self.taken.append({name: str(value) for name, value in told.items()})
        return JSONResponse(
            {"return": True, "request_id": f"sandbox{len(self.taken)}", "message": ["SMS sent successfully."]}
        )


def _refused(status: int, code: int, words: str) -> JSONResponse:
    return JSONResponse({"return": False, "status_code": code, "message": words}, status)
