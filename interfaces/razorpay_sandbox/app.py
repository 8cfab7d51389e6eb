"""How is the stand-in put together and served?"""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.gateway_settings import SANDBOX_ACCOUNT
from infra.stopping import end
from interfaces.razorpay_sandbox.api import (
    disputes,
    orders,
    payment_links,
    payments,
    payouts,
    people,
    recurring,
    refunds,
    settlements,
    subscriptions,
)
from interfaces.razorpay_sandbox.books import Books
from interfaces.razorpay_sandbox.call import Answering, Routes
from interfaces.razorpay_sandbox.checkout import checkout_routes
from interfaces.razorpay_sandbox.control import control_routes, deposit
from interfaces.razorpay_sandbox.credentials import Credentials
from interfaces.razorpay_sandbox.dropping import DroppingProtocol
from interfaces.razorpay_sandbox.refusals import error_document
from interfaces.razorpay_sandbox.service import Sandbox

API: Final[Routes] = (
    *orders.ROUTES,
    *payments.ROUTES,
    *refunds.ROUTES,
    *settlements.ROUTES,
    *disputes.ROUTES,
    *payment_links.ROUTES,
    *people.ROUTES,
    *payouts.ROUTES,
    *subscriptions.ROUTES,
    *recurring.ROUTES,
)
# Ten million rupees in the account that payouts are made from: a sandbox is not to run dry.
BEGINS_WITH_MINOR: Final = 1_000_000_000
# 2 s, as every process of ours.
GRACEFUL_S: Final = 2


@dataclass(frozen=True, slots=True)
class Set:
    """How one stand-in is set up."""

    path: Path | str
    credentials: Credentials
    address: str = ""
    webhook_url: str = ""
    seed: str = ""
    account_number: str = SANDBOX_ACCOUNT


def build_sandbox(given: Set) -> Starlette:
    """The application; its books are opened when it starts and closed when it stops."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        books = Books(given.path, given.seed or secrets.token_hex(8))
        _begin(books, given.account_number)
        sandbox = Sandbox(books, given.credentials, given.address, given.webhook_url)
        app.router.routes.extend(_routes(sandbox))
        going = asyncio.create_task(sandbox.keep_going())
        yield
        await end(going)
        await sandbox.postman.close()
        books.close()

    app = Starlette(lifespan=lifespan)
    app.add_exception_handler(404, _nowhere)
    app.add_exception_handler(405, _nowhere)
    return app


def configured(app: Starlette) -> uvicorn.Config:
    """One quiet worker whose lines can be cut."""
    return uvicorn.Config(
        app,
        http=DroppingProtocol,
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACEFUL_S,
    )


def listening(host: str, port: int) -> socket.socket:
    """A socket at that address; port 0 picks a free one."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def _begin(books: Books, account_number: str) -> None:
    with books.call():
        if books.fact("account_number") is None:
            deposit(books, BEGINS_WITH_MINOR)
        books.keep_fact("account_number", account_number)


def _routes(sandbox: Sandbox) -> list[Route]:
    def endpoint(answering: Answering) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            return await sandbox.answer(request, answering)

        return answer

    api = [Route(path, endpoint(does), methods=[verb]) for verb, path, does in API]
    return [*api, *control_routes(sandbox), *checkout_routes(sandbox)]


async def _nowhere(request: Request, error: Exception) -> Response:
    del request, error
    return JSONResponse(error_document("BAD_REQUEST_ERROR", "The requested URL was not found on the server."), 404)
