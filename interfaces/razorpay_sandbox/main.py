"""What does the process of the stand-in run, and how does it end?"""

import signal

import uvicorn

from infra.gateway_settings import SANDBOX_ACCOUNT
from infra.local_state import ensure_state_dir
from infra.razorpay.build import access_of
from infra.settings import Settings, SettingsError
from infra.telemetry.logging import configure_logging, log
from interfaces.razorpay_sandbox.app import Set, build_sandbox, configured, listening
from interfaces.razorpay_sandbox.credentials import Credentials

BOOKS = "razorpay_sandbox.sqlite"
WEBHOOK_PATH = "/v1/webhooks/razorpay"


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; raises SettingsError when it is set up wrongly."""
    configure_logging(settings.log_level, "razorpay-sandbox")
    access = access_of(settings)
    host, port = settings.host, settings.razorpay_sandbox_port
    current, *earlier = (*settings.webhook_secrets, "", "")[:2]
    given = Set(
        path=ensure_state_dir(settings.state_dir) / BOOKS,
        credentials=Credentials(access.key_id, access.key_secret, current, earlier[0] or "an-earlier-secret"),
        address=f"http://{host}:{port}",
        webhook_url=settings.razorpay_sandbox_webhook_url or f"http://{_reachable(host)}:{settings.port}{WEBHOOK_PATH}",
        account_number=access.account_number or SANDBOX_ACCOUNT,
    )
    try:
        listener = listening(host, port)
    except OSError as error:
        message = f"{host}:{port} cannot be used ({error.strerror}): set VEHICAID_RAZORPAY_SANDBOX_PORT"
        raise SettingsError(message) from error
    # uvicorn raises the signal again once it has stopped: by then there is nothing left to end.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: None)
    with listener:
        log(__name__).info("sandbox_ready", port=port)
        uvicorn.Server(configured(build_sandbox(given))).run([listener])


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104  compared only
