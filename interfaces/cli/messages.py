"""Which codes and links did a local run send to nobody?"""

import json
from typing import Annotated

import typer

from infra.messages.kept import kept_messages
from infra.settings import load_settings

app = typer.Typer(help="Show the codes and links of a local run that has no carrier for them.")


@app.command()
def messages(
    *,
    to: Annotated[str, typer.Option(help="Only those to this telephone or mailbox.")] = "",
    last: Annotated[int, typer.Option(min=1, max=1_000, help="So many of the newest.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Print the newest messages, the newest last."""
    for one in [one for one in kept_messages(load_settings().state_dir) if to in {"", one["to"]}][-last:]:
        typer.echo(json.dumps(one) if as_json else f"{one['at'][:19]}  {one['to']}  {one['subject']}\n{one['text']}\n")
