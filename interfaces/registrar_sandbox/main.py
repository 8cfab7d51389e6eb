"""What does the process of the registrar's stand-in run, and how does it end?"""

import signal

import uvicorn

from infra.local_state import ensure_state_dir
from infra.settings import Settings, SettingsError
from infra.telemetry.logging import configure_logging, log
from interfaces.razorpay_sandbox.app import configured, listening
from interfaces.registrar_sandbox.app import build_registrar

BOOKS = "registrar_sandbox.sqlite"


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; raises SettingsError when it is set up wrongly."""
    configure_logging(settings.log_level, "registrar-sandbox")
    host, port = settings.host, settings.registrar_sandbox_port
    try:
        listener = listening(host, port)
    except OSError as error:
        message = f"{host}:{port} cannot be used ({error.strerror}): set VEHICAID_REGISTRAR_SANDBOX_PORT"
        raise SettingsError(message) from error
    # uvicorn raises the signal again once it has stopped: by then there is nothing left to end.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: None)
    with listener:
        log(__name__).info("sandbox_ready", port=port)
        uvicorn.Server(configured(build_registrar(ensure_state_dir(settings.state_dir) / BOOKS))).run([listener])
