"""`vehicaid solve`: which tours serve the jobs of one snapshot, and how good is that proven to be?"""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import msgspec
import typer
from rich.console import Console

from domain.refusal import BadInput
from domain.tours.instance import instance_of
from interfaces.cli.solve_plot import plot_of

if TYPE_CHECKING:
    from domain.tours.solve import Solution

app = typer.Typer(add_completion=False)

# A dense snapshot of a thousand jobs and as many units is some forty megabytes of JSON.
LARGEST_FILE = 1_000_000_000
# Of the deadline: the last step may end a little late, and the answer has to be written.
SPARE = 0.04


class BadFile(BadInput):
    """The file cannot be read or written."""

    code = "bad_file"


@app.command(help="Solve one dispatch snapshot: an instance in, tours with a proven bound out. Both are JSON.")
def solve(
    instance: Annotated[Path, typer.Argument(metavar="INSTANCE.json", help="Minutes between units and jobs.")],
    *,
    deadline_s: Annotated[
        float, typer.Option(min=0, max=3600, help="Answer so many seconds after the file is opened.")
    ] = 2.0,
    out: Annotated[Path | None, typer.Option(help="Where the solution goes; without it, to stdout.")] = None,
    previous: Annotated[Path | None, typer.Option(help="An earlier solution to begin with.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Where a picture of the tours goes, as SVG.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Of all that is left to chance.")] = 1,
    work: Annotated[
        float | None, typer.Option(min=0, help="Count work instead of seconds (a thousand is about one): repeatable.")
    ] = None,
) -> None:
    """Solve."""
    # The solver is compiled the first time in a checkout, and loaded each time: the clock starts when it is there.
    with Console(stderr=True).status("loading the compiled solver ...") as status:
        from domain.tours.budget import Until, Work
        from domain.tours.solve import solve as solved

        began = time.monotonic()
        status.update("reading ...")
        snapshot = instance_of(_read(instance))
        _check_folders(out, plot)
        before = _tours(_read(previous)) if previous is not None else ()
        status.update("solving ...")
        left_s = deadline_s * (1.0 - SPARE) - (time.monotonic() - began)
        found = solved(
            snapshot, Until(time.monotonic, max(0.0, left_s)) if work is None else Work(work), seed, before,
            lambda step, cost, bound: status.update(f"{step}: cost {cost:.1f}, at least {bound:.1f}"),
        )  # fmt: skip
        wall_s = time.monotonic() - began
    _write(found, wall_s, out)
    if plot is not None:
        _put(plot, plot_of(snapshot, found))
    if out is not None:
        typer.echo(
            f"{out}: cost {found.plan.cost:.1f}, at least {found.bound:.1f} is needed (gap {found.gap:.2%});"
            f" {len(found.plan.contractors)} of {snapshot.jobs} jobs to contractors; {wall_s:.2f} s"
        )


def _write(found: "Solution", wall_s: float, out: Path | None) -> None:
    answer = {
        "tours": found.plan.tours,
        "contractors": found.plan.contractors,
        "cost": found.plan.cost,
        "bound": found.bound,
        "gap": found.gap,
        "wall_s": round(wall_s, 3),
    }
    if out is None:
        typer.echo(json.dumps(answer))
        return
    _put(out, json.dumps(answer) + "\n")


def _check_folders(*files: Path | None) -> None:
    """Before anything is solved for nothing."""
    for file in files:
        if file is not None and not file.absolute().parent.is_dir():
            raise BadFile(f"{file}: there is no such directory")


def _put(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadFile(f"{file}: {error.strerror}") from None


def _read(path: Path) -> dict[str, object]:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadFile(f"{path}: larger than {LARGEST_FILE} bytes")
        content = msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadFile(f"{path}: no JSON: {error}") from None
    if not isinstance(content, dict):
        raise BadFile(f"{path}: an object is expected")
    return cast("dict[str, object]", content)


def _tours(fields: dict[str, object]) -> tuple[tuple[int, ...], ...]:
    try:
        return msgspec.convert(fields.get("tours"), tuple[tuple[int, ...], ...])
    except msgspec.ValidationError as error:
        raise BadFile(f"the earlier solution's tours: {error}") from None
