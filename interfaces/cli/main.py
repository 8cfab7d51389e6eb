"""Which commands does `vehicaid` have, and how does it say that one of them failed?"""

import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import typer

EXIT_REFUSED = 2
EXIT_INTERRUPTED = 130


@dataclass(frozen=True)
class Entry:
    """Where a command lives; it is imported only when it is called, so that `--help` is quick."""

    module: str
    summary: str
    app: str = "app"
    logs_elsewhere: bool = False
    """Whether what is logged goes to stderr, since a program may read what is printed."""


COMMANDS = {
    "up": Entry("interfaces.cli.up", "Run everything on this machine: servers, api, projector, dispatcher."),
    "migrate": Entry("interfaces.cli.migrate", "Bring the database to this release."),
    "doctor": Entry("interfaces.cli.doctor", "Say what is wrong with this deployment, and what to do."),
    "token": Entry("interfaces.cli.token", "Make an access token for local use."),
    "users": Entry("interfaces.cli.users", "Create, list, grant, suspend and reset accounts.", logs_elsewhere=True),
    "messages": Entry("interfaces.cli.messages", "Show the codes and links that a local run sent to nobody."),
    "keys": Entry("interfaces.cli.keys", "List, rotate and retire the keys that sign access tokens."),
    "api-keys": Entry("interfaces.cli.api_keys", "Make and end keys of partners' systems.", logs_elsewhere=True),
    "hooks": Entry("interfaces.cli.hooks", "Say where webhooks go; send them again.", logs_elsewhere=True),
    "audit": Entry("interfaces.cli.audit", "Prove that the log is whole."),
    "ledger": Entry("interfaces.cli.ledger", "Check that the books balance."),
    "invoice": Entry("interfaces.cli.invoice", "Print tax documents, or list them in a file."),
    "projections": Entry("interfaces.cli.projections", "List, rebuild and verify read models."),
    "sql": Entry("interfaces.cli.sql", "Ask with SQL, as an analyst of one tenant."),
    "export": Entry("interfaces.cli.export", "Write events or a read model to files: Parquet, CSV, JSON lines."),
    "personal": Entry("interfaces.cli.personal", "Erase people, rotate the key of their data.", logs_elsewhere=True),
    "privacy": Entry("interfaces.cli.privacy", "Export or forget a person; replay erasures.", logs_elsewhere=True),
    "files": Entry("interfaces.cli.files", "Look after uploaded files.", logs_elsewhere=True),
    "watch": Entry("interfaces.cli.watch", "Show a city live in the terminal."),
    "explain": Entry("interfaces.cli.explain", "Say why a shift was offered a request, and why another was not."),
    "solve": Entry("interfaces.cli.solve", "Solve one dispatch snapshot, with a proven bound."),
    "travel": Entry("interfaces.cli.travel", "Learn and tell drive times."),
    "simulate": Entry("interfaces.cli.simulate", "Play calls against crews on a virtual clock."),
    "whatif": Entry("interfaces.cli.whatif", "Play a stretch of the log again under another rule."),
    "city": Entry("interfaces.cli.city", "Write the calls and crews of the seeded demo city."),
    "calls": Entry("interfaces.cli.calls", "Replay recorded calls for help through the API."),
    "bench": Entry("interfaces.cli.bench", "Measure against the peers, on this machine."),
    "openapi": Entry("interfaces.cli.openapi", "Write the OpenAPI document from the routes, or check it."),
    "sdk": Entry("interfaces.cli.sdk", "Write the Python client from the OpenAPI document."),
    "api": Entry("interfaces.cli.processes", "Run the HTTP API alone.", "api"),
    "projector": Entry("interfaces.cli.processes", "Run the projector alone.", "projector"),
    "dispatcher": Entry("interfaces.cli.processes", "Run the dispatcher alone.", "dispatcher"),
    "worker": Entry("interfaces.cli.processes", "Run the worker alone.", "worker"),
    "demo": Entry("interfaces.cli.processes", "Run the people of the demo city alone.", "demo"),
    "registrar-sandbox": Entry("interfaces.cli.processes", "Stand in for the registrar.", "registrar_sandbox"),
    "razorpay-sandbox": Entry("interfaces.cli.processes", "Stand in for the payment gateway.", "razorpay_sandbox"),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; a known failure is one line on stderr and exit code 2."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if given and given[0] in COMMANDS:
            _log_where(given[0])
            _load(given[0])(args=given[1:], prog_name=f"vehicaid {given[0]}")
        else:
            _contents()(args=given or ["--help"], prog_name="vehicaid")
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except Exception as error:
        line = known_failure(error)
        if line is None:
            raise
        sys.stderr.write(f"vehicaid: {line}\n")
        sys.exit(EXIT_REFUSED)


def _log_where(command: str) -> None:
    if COMMANDS[command].logs_elsewhere:
        from infra.telemetry.logging import configure_logging

        configure_logging("warning", command, sys.stderr)


def known_failure(error: Exception) -> str | None:
    """One line for failures an operator can act on; None for a bug, which deserves its traceback."""
    from domain.refusal import Refusal
    from infra.embedded.account import EmbeddedServerError
    from infra.local_state import LocalStateError
    from infra.migrate import MigrationError
    from infra.production import UnfitForProductionError
    from infra.settings import SettingsError

    if isinstance(error, UnfitForProductionError):
        # A line for each reason: whoever sets up a deployment mends them all before trying again.
        return str(error).replace("\n", "\nvehicaid: ")
    if isinstance(error, (Refusal, SettingsError, EmbeddedServerError, LocalStateError, MigrationError)):
        return _one_line(str(error) or type(error).__name__)
    return _connection_failure(error)


def _connection_failure(error: Exception) -> str | None:
    """The drivers are not imported for this: an error of theirs means that they are loaded already."""
    psycopg, redis, httpx = (sys.modules.get(name) for name in ("psycopg", "redis", "httpx"))
    if psycopg is not None and isinstance(error, psycopg.OperationalError):
        return f"the database cannot be used: {_one_line(str(error))}"
    if redis is not None and isinstance(error, redis.RedisError):
        return f"Redis cannot be used: {_one_line(str(error))}"
    if httpx is not None and isinstance(error, httpx.TransportError):
        return f"the API cannot be reached: {_one_line(str(error))}"
    return None


def _load(name: str) -> typer.Typer:
    entry = COMMANDS[name]
    app = getattr(importlib.import_module(entry.module), entry.app)
    if not isinstance(app, typer.Typer):
        message = f"{entry.module}.{entry.app} is no typer app"
        raise TypeError(message)
    app.pretty_exceptions_enable = False  # a bug shows Python's own traceback: it fits into a log, and leaks no locals
    return app


def _contents() -> typer.Typer:
    """An app that only knows what the commands are called: for `--help` and misspelt names."""
    contents = typer.Typer(
        help="Roadside assistance: dispatch that can prove what happened.",
        no_args_is_help=True,
        add_completion=False,
    )
    for name, entry in COMMANDS.items():
        contents.command(name, help=entry.summary)(lambda: None)
    return contents


def _one_line(text: str) -> str:
    return " ".join(text.split())
