"""`vehicaid travel`: what do finished drives teach, and how long is the drive from here to there?"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from domain.geography import cell_of
from infra.settings import load_settings

app = typer.Typer(help="Learn and tell drive times.", no_args_is_help=True, add_completion=False)


@app.command()
def fit(
    *,
    drives: Annotated[
        Path | None,
        typer.Option(help="CSV or Parquet: from_cell, to_cell, departed_at, drive_s. Without it, those of the log."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where it is kept; without it, where every process looks.")] = None,
) -> None:
    """Learn drive times from finished drives. Running processes take them up within a minute."""
    from domain.travel.fit import FEWEST, is_believed, learn
    from infra.travel.drive_files import read_drives
    from infra.travel.finished_drives import finished_drives
    from infra.travel.learned_file import learned_path, untaught, write_learned

    settings = load_settings()
    found = finished_drives(settings) if drives is None else read_drives(drives)
    believed = [drive for drive in found if is_believed(drive)]
    if len(believed) < FEWEST:
        typer.echo(f"{len(believed)} of {len(found)} drives can be believed; {FEWEST} are needed: nothing is learned")
        return
    learned = learn(believed, untaught(settings))
    path = out or learned_path(settings)
    write_learned(path, learned)
    typer.echo(f"{path}: version {learned.version}, from {len(believed)} of {len(found)} drives")


@app.command()
def show(
    start: Annotated[str, typer.Argument(metavar="LAT,LNG", help="From here.")],
    end: Annotated[str, typer.Argument(metavar="LAT,LNG", help="To there.")],
    *,
    at: Annotated[datetime | None, typer.Option(help="When it sets out, UTC; without it, now.")] = None,
) -> None:
    """Tell how long the drive takes: the middle, and within what 8 and 19 of 20 such drives end."""
    from domain.travel.spread import SHARES
    from infra.travel.choice import drive_times

    times = drive_times(load_settings())
    moment = datetime.now(UTC) if at is None else at.replace(tzinfo=UTC)
    expected_s = times.drive_s([_cell(start)], [_cell(end)], moment)
    minutes = (float(times.spread.within_s(expected_s, share)[0, 0]) / 60 for share in SHARES)
    told = ", ".join(f"{share:.0%} within {each:.1f} min" for share, each in zip(SHARES, minutes, strict=True))
    typer.echo(f"{told} ({times.version})")


def _cell(place: str) -> str:
    try:
        lat, lng = (float(part) for part in place.split(","))
    except ValueError:
        raise typer.BadParameter(f"{place}: latitude and longitude with a comma between are expected") from None
    return cell_of(lat, lng)
