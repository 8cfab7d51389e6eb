"""How does the gateway's news get to the merchant? Over HTTP, signed, again until it arrives or a day is over."""

import asyncio
from typing import Final

import httpx

from interfaces.razorpay_sandbox.books import Books
from interfaces.razorpay_sandbox.credentials import Credentials
from interfaces.razorpay_sandbox.entities import Entity
from interfaces.razorpay_sandbox.outbox import delivered, due, next_post

# The gateway waits five seconds for an answer.
TIMEOUT_S: Final = 5.0
AT_ONCE: Final = 16


class Postman:
    """Delivers what is due to one address."""

    def __init__(self, books: Books, credentials: Credentials, url: str) -> None:
        """Without an address nothing is delivered and everything is kept."""
        self.url = url
        self._books = books
        self._credentials = credentials
        self._client = httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False)
        self._turn = asyncio.Lock()

    async def close(self) -> None:
        """No more news."""
        await self._client.aclose()

    async def deliver_due(self) -> int:
        """Try everything that is due once; how many tries that were."""
        async with self._turn:
            tries = 0
            while self.url and (waiting := due(self._books, AT_ONCE)):
                outcomes = await asyncio.gather(
                    *(self._try(event, body, knobs) for _, event, body, knobs, _ in waiting)
                )
                with self._books.call():
                    for (number, *_), (outcome, arrived) in zip(waiting, outcomes, strict=True):
                        delivered(self._books, number, outcome, arrived=arrived)
                tries += len(waiting)
            return tries

    def next_at(self) -> int | None:
        """When there is something to do."""
        return next_post(self._books) if self.url else None

    async def _try(self, event_id: str, body: bytes, knobs: Entity) -> tuple[str, bool]:
        if knobs.get("poison"):
            body = body[: len(body) // 2]
        signature = self._credentials.sign_post(body, old=bool(knobs.get("old_secret")))
        if knobs.get("corrupt"):
            signature = signature[::-1]
        if knobs.get("truncated"):
            body = body[: len(body) // 2]
        headers = {
            "Content-Type": "application/json",
            "X-Razorpay-Signature": signature,
            "x-razorpay-event-id": event_id,
            "User-Agent": "Razorpay-Webhook/v1",
        }
        try:
            answer = await self._client.post(self.url, content=body, headers=headers)
        except httpx.HTTPError as error:
            return type(error).__name__, False
        return str(answer.status_code), answer.is_success
