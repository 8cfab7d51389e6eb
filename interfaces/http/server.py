"""How is the application served by one process, and how does it stop?"""

import gc
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from infra.bootstrap import build
from infra.settings import Settings, SettingsError
from infra.telemetry.logging import configure_logging, log
from infra.telemetry.tracing import configure_tracing, stop_tracing
from interfaces.http.app import build_app
from interfaces.http.protocol import GuardedProtocol

# 2 s for requests under way: they take milliseconds unless the database is gone; then they are sent again elsewhere.
GRACEFUL_S = 2
# 75 s: longer than a load balancer keeps its side open, so that it never sends into a closed connection.
KEEP_ALIVE_S = 75
# A request leaves some 300 tracked objects, all freed by counting: every 700, as by default, finds nothing to do.
GC_THRESHOLDS = (20_000, 20, 100)
# 2,048 connections may wait to be accepted: the kernel's own default is 4,096.
BACKLOG = 2048
# Of TLS 1.2, which is the oldest that Python speaks: forward secrecy and authenticated encryption. 1.3 has no others.
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"


def serve(settings: Settings) -> None:
    """Serve until a signal comes; then finish what is under way and return within 5 s."""
    configure_logging(settings.log_level, "api")
    configure_tracing("api", settings.otlp_endpoint)
    # uvicorn raises the signal again once it has stopped: by then there is nothing left to end.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: None)
    try:
        with listening(settings) as listener:
            uvicorn.Server(configured(settings, open_app(settings))).run([listener])
    finally:
        stop_tracing()


def settle() -> None:
    """Keep the garbage collector away from what lives as long as the process, and from looking too often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


def listening(settings: Settings) -> socket.socket:
    """A socket at our address; raises SettingsError in one line when somebody else has it."""
    listener = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        message = f"{settings.host}:{settings.port} cannot be used ({error.strerror}): set VEHICAID_PORT"
        raise SettingsError(message) from error
    return listener


def configured(settings: Settings, app: FastAPI) -> uvicorn.Config:
    """One worker with the fast loop and parser; every line of the log is ours."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=GuardedProtocol,
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
        ssl_ciphers=CIPHERS,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACEFUL_S,
    )


def open_app(settings: Settings) -> FastAPI:
    """The application that builds its stack when it starts and closes it when it stops."""
    app = build_app(settings)

    @asynccontextmanager
    async def lifespan(running: FastAPI) -> AsyncIterator[None]:
        running.state.stack = await build(settings, authority=running.state.authority)
        settle()
        log(__name__).info("ready", host=settings.host, port=settings.port)
        yield
        running.state.stopping = True
        await running.state.stack.close()

    app.router.lifespan_context = lifespan
    return app
