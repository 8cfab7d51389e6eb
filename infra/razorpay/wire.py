"""How do calls go out through the gateway's own library, from any thread, without its traps?

The library keeps neither status nor code of an error, waits for ever, prints to the terminal when the line fails, and
writes into dictionaries that it is given or shares between calls. Its seams take care of all that: a session of ours
raises before it can print, every call brings a time limit and dictionaries of its own, and each thread has a client.
Its retry is never switched on: it repeats refunds without a key.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import razorpay
import requests

from application.gateway import Confirmed, Outcome, Uncertain
from infra.razorpay.failures import LineFailure, NoTimeout, Refusal

Told = TypeVar("Told")

# The library ships no types: what it takes and gives is JSON.
Client = Any
Entity = dict[str, Any]
Ask = Callable[[Client, dict[str, Any]], object]

NO_CONTENT = 204
SUCCESS = range(200, 300)
CLIENT_FAULT = range(400, 500)

# A new client looks its own version up by parsing Python, which CPython 3.11 does not always survive in two threads.
_ONE_AT_A_TIME = threading.Lock()


class GatewaySession(requests.Session):
    """Raises our exceptions, with everything that the answer told, before the library sees an error."""

    def __init__(self) -> None:
        super().__init__()
        # Proxies and passwords of the machine are no business of a payment.
        self.trust_env = False

    def request(self, method: str, url: str | bytes, *args: Any, **options: Any) -> requests.Response:
        """One call; raises LineFailure, Refusal, or NoTimeout for a call that nobody limited."""
        if not options.get("timeout"):
            message = "a call to the gateway has no timeout"
            raise NoTimeout(message)
        try:
            answer = super().request(method, url, *args, **options | {"allow_redirects": False})
        except requests.ConnectTimeout as error:
            raise LineFailure("unreachable") from error
        except requests.RequestException as error:
            raise LineFailure("no_answer") from error
        if answer.status_code == NO_CONTENT:
            return answer
        told = _json(answer)
        if answer.status_code in SUCCESS:
            return answer
        raise _refusal(answer.status_code, told)


@dataclass(frozen=True, slots=True)
class Access:
    """Where the gateway is, who we are there, and how long we wait: for a connection, then for an answer."""

    key_id: str
    key_secret: str = field(repr=False)
    base_url: str
    timeout_s: tuple[float, float]
    account_number: str = ""


class Wire:
    """Calls by any thread, each with a client of its own."""

    def __init__(self, access: Access) -> None:
        """Nothing is connected yet."""
        self.access = access
        self._mine = threading.local()

    def ask(self, ask: Ask, read: Callable[[Entity], Told], headers: dict[str, str] | None = None) -> Outcome[Told]:
        """One call and what became of it; never raises for what the gateway or the line does."""
        options = {"timeout": self.access.timeout_s, "headers": dict(headers or {})}
        try:
            told = ask(self._client(), options)
        except LineFailure as failure:
            return Uncertain(failure.why)
        except Refusal as refusal:
            return refusal.outcome
        try:
            if not isinstance(told, dict):
                return Uncertain("garbled")
            return Confirmed(read(told))
        except (KeyError, TypeError, ValueError, AttributeError):
            return Uncertain("garbled")

    def _client(self) -> Client:
        client = getattr(self._mine, "client", None)
        if client is None:
            access = self.access
            with _ONE_AT_A_TIME:
                client = razorpay.Client(
                    session=GatewaySession(), auth=(access.key_id, access.key_secret), base_url=access.base_url
                )
            self._mine.client = client
        return client


def _json(answer: requests.Response) -> object:
    try:
        told: object = answer.json()
    except ValueError as error:
        raise LineFailure("gateway_error" if answer.status_code not in SUCCESS else "garbled") from error
    return told


def _refusal(status: int, told: object) -> Exception:
    error = told.get("error") if isinstance(told, dict) else None
    if not isinstance(error, dict) or not (status in CLIENT_FAULT or error.get("code")):
        return LineFailure("gateway_error")
    words = {name: str(error.get(name) or "") for name in ("code", "description", "field", "reason")}
    return Refusal(status, words["code"], words["description"], words["field"], words["reason"])
