"""How does everything run on one machine with one command?"""

import typer

from infra.settings import read_settings
from infra.supervisor.local_run import LocalRun
from infra.supervisor.supervisor import CannotStart

app = typer.Typer()

# Which processes a deployment has; each is a command of the same name in interfaces/cli/main.py.
PROCESSES = ("api", "projector", "dispatcher", "worker")


# Who plays the payment gateway where no key of the real one is set.
SANDBOX = ("razorpay-sandbox",)
# And the registrar of e-invoices, where none is configured.
REGISTRAR = ("registrar-sandbox",)
# The people of the demo city; they come when everything else is up.
DEMO = ("demo",)


@app.command()
def up() -> None:
    """Run everything until Ctrl-C.

    That is: PostgreSQL and Redis (unless VEHICAID_DATABASE_URL and VEHICAID_REDIS_URL name servers that exist),
    migrations, then api, projector, dispatcher and worker, then the people of the demo city (not with VEHICAID_DEMO=0).
    Without RAZORPAY_KEY_ID a stand-in plays the payment gateway (not with VEHICAID_RAZORPAY_SANDBOX=0); without
    VEHICAID_REGISTRAR_URL one plays the registrar of e-invoices (not with VEHICAID_REGISTRAR_SANDBOX=0).
    Whatever dies is started again.
    """
    try:
        settings = read_settings()
        has_demo = settings.demo and settings.environment == "local"
        processes = (*PROCESSES, *SANDBOX) if settings.wants_sandbox else PROCESSES
        if settings.wants_registrar_sandbox:
            processes = (*processes, *REGISTRAR)
        LocalRun(settings, processes, DEMO if has_demo else ()).run()
    except CannotStart as error:
        typer.echo(f"vehicaid: {error}", err=True)
        raise typer.Exit(1) from error
