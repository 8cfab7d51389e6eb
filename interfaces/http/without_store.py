"""How fast is the API alone? The same application over a stack that forgets everything, for the bench."""

import uvicorn

from infra.nothing_behind import nothing_behind
from infra.settings import Settings, load_settings
from infra.telemetry.logging import configure_logging
from interfaces.http.app import build_app
from interfaces.http.server import configured, settle


def serve(settings: Settings) -> None:
    """Serve until a signal comes."""
    configure_logging(settings.log_level, "api-without-store")
    app = build_app(settings, nothing_behind(settings))
    settle()
    uvicorn.Server(configured(settings, app)).run()


if __name__ == "__main__":
    serve(load_settings())
