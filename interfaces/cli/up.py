"""How does everything run on one machine with one command?"""

import typer

from infra.settings import read_settings
from infra.supervisor.local_run import LocalRun
from infra.supervisor.supervisor import CannotStart

app = typer.Typer()

# Which processes a deployment has; each is a command of the same name in interfaces/cli/main.py.
PROCESSES = ("api", "projector", "dispatcher")


@app.command()
def up() -> None:
    """Run everything until Ctrl-C.

    That is: PostgreSQL and Redis (unless VEHICAID_DATABASE_URL and VEHICAID_REDIS_URL name servers that exist),
    migrations, then api, projector and dispatcher. Whatever dies is started again.
    """
    try:
        LocalRun(read_settings(), PROCESSES).run()
    except CannotStart as error:
        typer.echo(f"vehicaid: {error}", err=True)
        raise typer.Exit(1) from error
