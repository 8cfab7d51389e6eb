"""`vehicaid simulate`: how would a policy have served these calls with these crews?"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from typer.models import OptionInfo

from application.dispatch.policies.catalogue import POLICIES
from application.dispatch.policies.names import PolicyName
from domain.refusal import BadInput
from infra.settings import Settings
from interfaces.simulate.demand import read_demand
from interfaces.simulate.files import prepared, write_all
from interfaces.simulate.measures import Figure, measured
from interfaces.simulate.play import play
from interfaces.simulate.script import Script
from interfaces.simulate.supply import read_supply

app = typer.Typer(add_completion=False)

# Whoever waits for longer wants to know how far it is.
PROGRESS_AFTER_S = 2.0
LONGEST_ANSWER_S = 3_600.0
SHOWN = (
    "requests",
    "completed",
    "expired",
    "cancelled",
    "rejected_rows",
    "expired_percent",
    "response_p50_min",
    "response_p90_min",
    "response_p95_min",
    "response_mean_min",
    "arrived_within_30_min_percent",
    "assigned_after_p50_s",
    "offers_per_job",
    "drive_mean_m",
    "utilisation_percent",
)


class BadOption(BadInput):
    """An option makes no sense."""

    code = "bad_option"


def within(least: float, most: float, help_text: str) -> OptionInfo:
    """A number between two others; said in one line when it is not."""

    def check(option: typer.CallbackParam, value: float) -> float:
        if not least <= value <= most:
            raise BadOption(f"--{(option.name or '').replace('_', '-')} {value}: {least:g} to {most:g}")
        return value

    return typer.Option(callback=check, help=help_text)  # type: ignore[no-any-return]  # typer says Any


Noise = within(0, 3, "Standard deviation of the factor on the true time; its mean is 1.")


@app.command(help="Play calls for help against crews on a virtual clock; the real engine decides.")
def simulate(  # noqa: PLR0913  (one parameter per option)
    requests: Annotated[Path, typer.Option(help="The calls: CSV, see docs/guides/simulation.md.")],
    providers: Annotated[Path, typer.Option(help="The crews: CSV.")],
    out: Annotated[Path, typer.Option(help="The folder for jobs.csv, metrics.json, events.jsonl, rejected.csv.")],
    *,
    policy: Annotated[str, typer.Option(help=f"Who decides: {', '.join(POLICIES)}.")] = "",
    speed_kmh: Annotated[float, within(1, 200, "How fast trucks drive.")] = 35.0,
    detour: Annotated[float, within(1, 10, "How much longer roads are than straight lines.")] = 1.35,
    decline_rate: Annotated[float, within(0, 1, "Share of answers that are a no.")] = 0.0,
    silent_rate: Annotated[float, within(0, 1, "Share of offers without an answer.")] = 0.0,
    answer_s: Annotated[str, typer.Option(help="Seconds until an answer: 0, or a range such as 5-45.")] = "0",
    work_noise: Annotated[float, Noise] = 0.0,
    travel_noise: Annotated[float, Noise] = 0.0,
    jitter_s: Annotated[float, within(0, 86_400, "Move each call by up to so much.")] = 0.0,
    seed: Annotated[int, within(0, 2**32 - 1, "Of all that is left to chance.")] = 1,
) -> None:
    """Simulate."""
    script = Script(
        policy=policy_of(policy),
        speed_kmh=speed_kmh,
        detour=detour,
        decline_rate=decline_rate,
        silent_rate=silent_rate,
        answer_s=range_of(answer_s),
        work_noise=work_noise,
        travel_noise=travel_noise,
        jitter_s=jitter_s,
        seed=seed,
    )
    demand, supply = read_demand(requests), read_supply(providers)
    prepared(out)
    with told_of(len(demand.calls)) as tell:
        played = asyncio.run(play(demand, supply, script, tell))
    rejected = (*demand.rejected, *supply.rejected)
    figures = measured(played, rejected=len(rejected), repeated=demand.repeated)
    write_all(out, played, figures, rejected)
    show(figures, out)


def policy_of(name: str) -> PolicyName:
    """A policy by its name, the deployment's default for none; raises BadOption."""
    if not name:
        return Settings.model_fields["dispatch_policy"].default  # type: ignore[no-any-return]  # pydantic keeps its type
    if name not in POLICIES:
        raise BadOption(f"--policy {name[:40]}: there are {', '.join(POLICIES)}")
    return PolicyName(name)


def range_of(text: str) -> tuple[float, float]:
    """``5-45`` or ``5`` as a range; raises BadOption."""
    shortest, _, longest = text.partition("-")
    try:
        found = float(shortest), float(longest or shortest)
    except ValueError:
        raise BadOption(f"--answer-s {text[:40]}: write seconds, or a range such as 5-45") from None
    if not 0 <= found[0] <= found[1] <= LONGEST_ANSWER_S:
        raise BadOption(f"--answer-s {text[:40]}: 0 to {LONGEST_ANSWER_S:.0f} seconds, the shorter first")
    return found


@contextmanager
def told_of(calls: int) -> Iterator[Callable[[int, int], None]]:
    """Shows how many calls have ended, when it takes long enough to wonder."""
    began, shown = time.monotonic(), Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=shown, disable=not shown.is_terminal) as bar:
        task = bar.add_task("calls", total=calls, visible=False)

        def tell(ended: int, _calls: int) -> None:
            bar.update(task, completed=ended, visible=time.monotonic() - began > PROGRESS_AFTER_S)

        yield tell


def show(figures: Mapping[str, Figure], out: Path) -> None:
    """The figures that matter most, as a table."""
    table = Table("figure", "value", title=f"{figures['policy']}, seed {figures['seed']}")
    for name in SHOWN:
        value = figures[name]
        table.add_row(name, "-" if value is None else f"{value:g}" if isinstance(value, float) else str(value))
    screen = Console()
    screen.print(table)
    screen.print(f"{out}: jobs.csv, metrics.json, events.jsonl, rejected.csv", soft_wrap=True)
