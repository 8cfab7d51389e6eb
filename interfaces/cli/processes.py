"""How is one process of a deployment started by hand, or by Kubernetes?"""

import importlib

import typer

from infra.production import refuse_if_unfit
from infra.settings import load_settings

api = typer.Typer()
projector = typer.Typer()
dispatcher = typer.Typer()
worker = typer.Typer()
demo = typer.Typer()
razorpay_sandbox = typer.Typer()
registrar_sandbox = typer.Typer()


@api.command()
def _api() -> None:
    """Serve the HTTP API."""
    _serve("interfaces.http.server")


@projector.command()
def _projector() -> None:
    """Fold the log into read models."""
    _serve("interfaces.projector.main")


@dispatcher.command()
def _dispatcher() -> None:
    """Run policies, timers and matching."""
    _serve("interfaces.dispatcher.main")


@worker.command()
def _worker() -> None:
    """Do outside what was asked for, at the payment gateway, and fold what it tells us."""
    _serve("interfaces.worker.main")


@demo.command()
def _demo() -> None:
    """Let simulated customers and providers live in the demo city, through the API alone."""
    _serve("interfaces.demo.main")


@razorpay_sandbox.command()
def _razorpay_sandbox() -> None:
    """Stand in for the payment gateway: its calls, its news, a checkout page, and books of its own."""
    _serve("interfaces.razorpay_sandbox.main")


@registrar_sandbox.command()
def _registrar_sandbox() -> None:
    """Stand in for the registrar of e-invoices: its calls, its signature, and books of its own."""
    _serve("interfaces.registrar_sandbox.main")


def _serve(module: str) -> None:
    """Settings first: a wrong one is told before anything heavy is imported."""
    settings = load_settings()
    if settings.environment == "production":
        refuse_if_unfit(settings)
    importlib.import_module(module).serve(settings)
