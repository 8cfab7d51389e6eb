"""`vehicaid city`: who calls and who drives in the demo city, as the files that a simulation reads?"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from domain.refusal import BadInput
from interfaces.simulate.generated import city_calls, city_crews
from interfaces.simulate.writing import write_inputs

app = typer.Typer(add_completion=False)

# One call every 200 s keeps about half of forty crews busy, as the demo does at its pace.
EVERY_S = 200.0
MOST_CREWS = 40
# A year of calls at the usual pace: 160,000; beyond it nobody waits for the answer.
MOST_DAYS = 366


class BadDay(BadInput):
    """This is no day."""

    code = "bad_day"


@app.command(help="Write calls and crews of the seeded demo city: requests.csv and providers.csv.")
def city(
    out: Annotated[Path, typer.Option(help="The folder.")],
    *,
    begins: Annotated[str, typer.Option(help="The first day, in UTC; June to October are wet.")] = "2026-06-01",
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS)] = 7,
    every_s: Annotated[float, typer.Option(min=1, max=86_400, help="Seconds between calls, on average.")] = EVERY_S,
    providers: Annotated[int, typer.Option(min=1, max=MOST_CREWS)] = MOST_CREWS,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Another seed, other calls.")] = 1,
) -> None:
    """Write the city."""
    try:
        begins_at = datetime.fromisoformat(begins).replace(tzinfo=UTC)
    except ValueError:
        raise BadDay(f"--begins {begins[:40]}: write a day such as 2026-06-01") from None
    calls, crews = city_calls(seed, begins_at, days, every_s), city_crews(providers)
    write_inputs(out, calls, crews)
    typer.echo(f"{out}: {len(calls)} calls, {len(crews)} providers")
