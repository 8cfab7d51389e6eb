"""How does a city look on a terminal? From what was seen to one frame; nothing is asked here."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from rich.console import Group
from rich.layout import Layout
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from domain.geography import centre_of
from interfaces.amounts import written
from interfaces.watch.city_map import Mark, draw, frame_around, rings_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.console import RenderableType

    from interfaces.watch.sight import Row, Seen

STATES: Final = (
    ("quoted", "yellow"),
    ("scheduled", "yellow"),
    ("searching", "red"),
    ("assigned", "magenta"),
    ("en_route", "blue"),
    ("on_scene", "cyan"),
    ("in_service", "cyan"),
    ("loaded", "cyan"),
    ("in_transit", "blue"),
    ("at_drop", "cyan"),
    ("work_done", "green"),
    ("fare_review", "yellow"),
    ("settling", "yellow"),
    ("completed", "green"),
    ("cancelled", "dim"),
    ("unfulfilled", "red"),
)
ON_THE_MAP: Final = {
    "quoted": ("?", "yellow"),
    "searching": ("!", "bold red"),
    "assigned": ("!", "magenta"),
    "en_route": ("!", "blue"),
    "on_scene": ("x", "cyan"),
    "in_service": ("x", "cyan"),
}
FREE: Final = frozenset({"available", "offered", "wrap_up"})
ENDED: Final = frozenset(
    {"completed", "cancelled", "gone_on_arrival", "unsuccessful", "unfulfilled", "expired", "merged"}
)
ANSWERED: Final = frozenset({"accepted", "declined", "lapsed"})
# What else happened to an offer once it was accepted.
TAKEN: Final = frozenset({"accepted", "en_route", "on_scene", "completed", "cancelled", "revoked"})
BAR: Final = 12
NEWEST: Final = 12
MAP_ROWS: Final = 26
HEADER: Final = 2
BORDERS: Final = 2
HEIGHT: Final = HEADER + MAP_ROWS + BORDERS + NEWEST + BORDERS + 1
"""Rows of a frame that shows everything; a lower one has a lower map, then fewer requests, then none."""
LOWEST_MAP: Final = 18
FEWEST_NEWEST: Final = 4
NARROW: Final = 100
"""Columns below which half of the frame is the map, not more: figures are worth more than a wide map."""
PANELS: Final = 16
"""Rows beside the map for crews, offers, money and the day; states of requests have the rest."""


def frame(seen: Seen, title: str, processes: Mapping[str, bool], width: int, height: int = HEIGHT) -> RenderableType:
    """One frame, as wide and as high as the terminal."""
    newest = min(NEWEST, height - HEADER - LOWEST_MAP - 2 * BORDERS - 1)
    newest = newest if newest >= FEWEST_NEWEST else 0
    below = newest + BORDERS + 1 if newest else 0
    map_rows = max(1, height - HEADER - BORDERS - below)
    map_width = max(20, width // 2 if width < NARROW else width * 6 // 10)
    panels = [_board(seen.requests, max(3, map_rows - PANELS)), _crews(seen), _money(seen), _day(seen.day)]
    top = Layout(name="top", size=map_rows + BORDERS)
    top.split_row(Layout(_map(seen, map_width - 4, map_rows), size=map_width), Layout(Group(*panels)))
    rows = [Layout(_header(seen, title, processes), size=HEADER), top]
    if newest:
        rows.append(Layout(_newest(seen, newest), size=below))
    whole = Layout()
    whole.split_column(*rows)
    return whole


def _header(seen: Seen, title: str, processes: Mapping[str, bool]) -> RenderableType:
    line = Text(f" {title}   {seen.at:%H:%M:%S} UTC   ", style="bold")
    line.append("API is there" if seen.is_there else "API IS AWAY", style="green" if seen.is_there else "bold red")
    behind = [check for check in seen.checks if check["name"].startswith("projection ")]
    worst = max((_events(check["detail"]) for check in behind), default=0)
    wrong = [f"{check['name']}: {check['detail']}" for check in seen.checks if not check["ok"]]
    second = Text(f" read models {worst} events behind  ", style="dim" if worst < 50 else "yellow")
    for name, lives in processes.items():
        second.append(f" {name}", style="green" if lives else "bold red")
    if wrong:
        second.append("   " + "; ".join(wrong), style="bold red")
    return Group(line, second)


def _map(seen: Seen, columns: int, rows: int) -> RenderableType:
    rings = [ring for zone in seen.zones for ring in rings_of(zone.get("geometry"))]
    marks = [*_request_marks(seen.requests), *_crew_marks(seen)]
    around = frame_around([p for ring in rings for p in ring] or [mark.place for mark in marks], columns, rows - 1)
    if around is None:
        return Panel(Text("Nobody is here yet.", style="dim"), title="map")
    legend = Text("o free  ^ on a job  ", style="green")
    legend.append("! waits ", style="bold red").append(" x helped ", style="cyan").append(" ? thinks", style="yellow")
    return Panel(Group(draw(around, rings, marks), legend), title="map", padding=(0, 1))


def _request_marks(requests: Iterable[Row]) -> Iterable[Mark]:
    for row in requests:
        if row["state"] in ON_THE_MAP:
            glyph, style = ON_THE_MAP[row["state"]]
            yield Mark(centre_of(row["cell"]), glyph, style, rank=2)


def _crew_marks(seen: Seen) -> Iterable[Mark]:
    for shift in seen.shifts:
        place = seen.places.get(shift["id"]) or centre_of(shift["cell"])
        is_free = shift["state"] in FREE
        style = "green" if is_free else "dim" if shift["state"] in {"on_break", "stale"} else "bold cyan"
        yield Mark(place, "o" if is_free else "^", style, rank=1 if is_free else 3)


def _board(requests: list[Row], most_rows: int) -> RenderableType:
    """How many requests are in each state; where there is no room for all of them, the last ones share a row."""
    counts = Counter(row["state"] for row in requests)
    known = [name for name, _ in STATES]
    shown = [(name, style) for name, style in STATES if counts[name]]
    shown += [(name, "dim") for name in sorted(counts) if name not in known]
    most = max([counts[name] for name, _ in shown], default=1)
    table = _table()
    kept = shown if len(shown) <= most_rows else shown[: most_rows - 1]
    others = sum(counts[name] for name, _ in shown[len(kept) :])
    for name, style in kept:
        bar = "█" * max(1, round(BAR * counts[name] / most))
        table.add_row(name.replace("_", " "), str(counts[name]), Text(bar, style=style))
    if others:
        table.add_row(f"{len(shown) - len(kept)} other states", str(others))
    return Panel(table, title=f"requests, the newest {len(requests)}", padding=(0, 1))


def _day(day: Row) -> RenderableType:
    if not day:
        return Group()
    line = f"{day['requests']} requests, {day['completed']} completed, {day['cancelled']} cancelled"
    for name, what in (("assign", "found"), ("arrive", "there")):
        p50_s = day[f"time_to_{name}_p50_s"]
        if p50_s is not None:
            line += f", {what} in {_minutes(p50_s)}"
    return Panel(Text(line), title="the last 24 hours", padding=(0, 1))


def _crews(seen: Seen) -> RenderableType:
    counts = Counter(shift["state"] for shift in seen.shifts)
    line = Text(f"{len(seen.shifts)} on duty:")
    for name, count in counts.most_common():
        line.append(f" {name.replace('_', ' ')} {count}", style="green" if name in FREE else "cyan")
    return Panel(Group(line, _offers(seen.offers)), title="crews and the newest offers", padding=(0, 1))


def _offers(offers: list[Row]) -> Text:
    counts = Counter("accepted" if row["state"] in TAKEN else row["state"] for row in offers)
    answered = sum(counts[name] for name in ANSWERED)
    share = f"{100 * counts['accepted'] / answered:.0f} % accepted" if answered else "none answered yet"
    out = counts["made"] + counts["delivered"] + counts["seen"]
    return Text(f"{len(offers)} offers: {out} out, {share}, {counts['declined']} declined, {counts['lapsed']} lapsed")


def _money(seen: Seen) -> RenderableType:
    table = _table()
    for name, amounts in _sums(seen.balances).items():
        table.add_row(name, *(_amount(minor, currency) for currency, minor in amounts.items()))
    for revenue in seen.day.get("revenue", []):
        table.add_row("revenue in 24 h", _amount(revenue["amount_minor"], revenue["currency"]))
    if not table.rows:
        return Panel(Text("nothing is charged here", style="dim"), title="money", padding=(0, 1))
    return Panel(table, title="money", padding=(0, 1))


ACCOUNTS: Final = (
    ("A:Cash:Desk", "cash at the desk"),
    ("A:Cash:Provider", "cash with providers"),
    ("L:Customer", "in wallets"),
    ("L:Provider", "owed to providers"),
    ("L:Gst", "tax to pay"),
    ("I:", "earned by us"),
)


def _sums(balances: Iterable[Row]) -> dict[str, Counter[str]]:
    """Balances by kind of account; what we owe and earn is negative in the books and shown without the sign."""
    sums: dict[str, Counter[str]] = {}
    for row in balances:
        name = next((name for start, name in ACCOUNTS if row["account"].startswith(start)), None)
        if name is not None:
            minor = row["balance_minor"] if row["account"].startswith("A:") else -row["balance_minor"]
            sums.setdefault(name, Counter())[row["currency"]] += minor
    return {name: sums[name] for _, name in ACCOUNTS if name in sums}


def _newest(seen: Seen, most_rows: int) -> RenderableType:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("age", "request", "service", "vehicle", "state", "for", "offers", "price"):
        table.add_column(name, no_wrap=True)
    colours = dict(STATES)
    for row in seen.requests[:most_rows]:
        table.add_row(
            _age(seen.at, row["created_at"]),
            f"…{row['id'][-6:]}",
            row["service"].replace("_", " "),
            row["vehicle_class"].replace("_", " "),
            Text(
                row["state"].replace("_", " ") + (" SOS" if row.get("sos") else ""), style=colours.get(row["state"], "")
            ),
            _age(seen.at, row["updated_at"]),
            str(row["offers_made"]),
            _price(row),
        )
    return Panel(table, title="newest requests", padding=(0, 1))


def _price(row: Row) -> str:
    told = row.get("fare") or row.get("quote")
    return _amount(told["total_minor"], told["currency"]) if told else ""


def _table() -> Table:
    return Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))


def _age(now: datetime, since: str) -> str:
    seconds = max(0, int((now - _instant(since)).total_seconds()))
    hours, rest = divmod(seconds, 3_600)
    return f"{hours} h {rest // 60:02d} min" if hours else _minutes(rest)


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _amount(minor: int, currency: str) -> str:
    return f"{written(minor, currency)} {currency}"


def _events(detail: str) -> int:
    first = detail.split(" ", 1)[0]
    return int(first) if first.isdigit() else 0


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
