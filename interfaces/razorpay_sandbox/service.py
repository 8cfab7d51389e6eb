"""What is one running stand-in, and how does it answer a call, rightly or not?"""

import asyncio
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from interfaces.razorpay_sandbox.books import Books
from interfaces.razorpay_sandbox.call import Answering, Call
from interfaces.razorpay_sandbox.credentials import Credentials
from interfaces.razorpay_sandbox.dropping import close
from interfaces.razorpay_sandbox.falling_due import run_due
from interfaces.razorpay_sandbox.faults import LONGEST_DELAY_S, WITH_EFFECT, Faults, Rule
from interfaces.razorpay_sandbox.postman import Postman
from interfaces.razorpay_sandbox.reading import LARGEST_BODY, body_of
from interfaces.razorpay_sandbox.refusals import Refused, error_document

# How long the clockwork sleeps at most: a clock that somebody moved is noticed then at the latest.
LONGEST_SLEEP_S: Final = 30.0
IN_FLIGHT: Final = "Request failed because another request is still in progress. Please try again after some time."


class NoAnswer(Response):
    """The line ends without a word, or stays silent until the caller gives up."""

    def __init__(self, *, reset: bool = False, silent: bool = False) -> None:
        super().__init__()
        self._reset = reset
        self._silent = silent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Nothing is sent."""
        del send
        if not self._silent:
            close(dict(scope), reset=self._reset)
        while (await receive())["type"] != "http.disconnect":
            continue


class Sandbox:
    """Books, credentials, faults and the postman of one stand-in, and the task that keeps its clock going."""

    def __init__(self, books: Books, credentials: Credentials, address: str, webhook_url: str) -> None:
        """The books are open; nothing runs yet."""
        self.books = books
        self.credentials = credentials
        self.faults = Faults()
        self.postman = Postman(books, credentials, webhook_url)
        self._wake = asyncio.Event()
        books.keep_fact("address", address)

    async def answer(self, request: Request, answering: Answering) -> Response:
        """One call of the merchant's."""
        if not self.credentials.admits(request.headers.get("authorization", "")):
            return JSONResponse(error_document("BAD_REQUEST_ERROR", "Authentication failed"), 401)
        try:
            call = await self.read(request)
        except Refused as refused:
            return JSONResponse(refused.document(), refused.status)
        fault = self.faults.next(request.method, request.url.path)
        if fault is None:
            return self.perform(call, answering)
        return await self._gone_wrong(fault, call, answering)

    async def read(self, request: Request) -> Call:
        """A call with its body; raises Refused."""
        if int(request.headers.get("content-length", "0")) > LARGEST_BODY:
            raise Refused("The request is too large", status=413)
        body = body_of(request.headers.get("content-type", ""), await request.body())
        path = {name: str(value) for name, value in request.path_params.items()}
        return Call(self.books, path, dict(request.query_params), body, dict(request.headers))

    def perform(self, call: Call, answering: Answering) -> Response:
        """All of it or nothing of it."""
        try:
            with self.books.call():
                answer = answering(call)
        except Refused as refused:
            return JSONResponse(refused.document(), refused.status)
        self.wake()
        return JSONResponse(answer)

    def wake(self) -> None:
        """There may be something to do."""
        self._wake.set()

    async def keep_going(self) -> None:
        """Timers and post, until cancelled."""
        while True:
            self._wake.clear()
            with self.books.call():
                run_due(self.books)
            await self.postman.deliver_due()
            coming = [at for at in (self.books.next_due(), self.postman.next_at()) if at is not None]
            pause = min([LONGEST_SLEEP_S, *(max(0.2, at - self.books.now()) for at in coming)])
            try:
                await asyncio.wait_for(self._wake.wait(), pause)
            except TimeoutError:
                continue

    async def _gone_wrong(self, fault: Rule, call: Call, answering: Answering) -> Response:
        kind = fault.kind
        if kind == "delay":
            await asyncio.sleep(min(fault.delay_s, LONGEST_DELAY_S))
        right = self.perform(call, answering) if kind in WITH_EFFECT else None
        if kind == "twice":
            right = self.perform(call, answering)
        if kind == "truncated" and right is not None:
            return Response(bytes(right.body)[: len(right.body) // 2], right.status_code, media_type="application/json")
        wrong: dict[str, Response] = {
            "drop_before": NoAnswer(),
            "drop_after": NoAnswer(),
            "reset": NoAnswer(reset=True),
            "hang": NoAnswer(silent=True),
            "error_after": JSONResponse(error_document("SERVER_ERROR", "We are facing some trouble."), 500),
            "too_many": JSONResponse(error_document("BAD_REQUEST_ERROR", "Too many requests"), 429),
            "in_flight": JSONResponse(error_document("BAD_REQUEST_ERROR", IN_FLIGHT), 409),
            "html": HTMLResponse("<html><body><h1>502 Bad Gateway</h1></body></html>", 502),
            "error_null": JSONResponse({"error": None}, 500),
        }
        answer = wrong.get(kind, right)
        if answer is None:
            message = f"no such fault: {kind}"
            raise ValueError(message)
        return answer
