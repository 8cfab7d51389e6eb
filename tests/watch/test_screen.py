"""Does one frame say what was seen, whatever is missing?"""

from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console

from domain.geography import cell_of
from interfaces.watch.picture import picture_of
from interfaces.watch.screen import HEIGHT, frame
from interfaces.watch.sight import Seen

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
CENTRE = (12.9716, 77.5946)
ALL_UP = {"api": True, "dispatcher": True, "projector": True}


def request(number: int, state: str = "searching", **more: object) -> dict[str, Any]:
    return {
        "id": f"req_{number:032x}",
        "state": state,
        "service": "flat_tyre",
        "vehicle_class": "car",
        "cell": cell_of(CENTRE[0] + number / 100, CENTRE[1]),
        "offers_made": 2,
        "created_at": "2026-11-22T11:58:30Z",
        "updated_at": "2026-11-22T11:59:30Z",
        "ended_at": None,
        "sos": False,
        "quote": None,
        "fare": None,
        "settled_minor": None,
        "currency": None,
        **more,
    }


def shift(number: int, state: str = "available") -> dict[str, Any]:
    return {"id": f"shf_{number}", "state": state, "cell": cell_of(CENTRE[0], CENTRE[1] + number / 100)}


def city() -> Seen:
    ring = [[77.5, 12.9], [77.7, 12.9], [77.7, 13.1], [77.5, 13.1], [77.5, 12.9]]
    price = {"version": 1, "total_minor": 29_400, "currency": "INR"}
    done = request(2, "completed", ended_at="2026-11-22T11:59:30Z", settled_minor=29_400, currency="INR", fare=price)
    return Seen(
        at=NOW,
        is_there=True,
        requests=[request(1, sos=True), done],
        shifts=[shift(1), shift(2, "committed"), shift(3, "on_break")],
        offers=[{"state": "completed"}, {"state": "declined"}, {"state": "made"}],
        checks=[
            {"name": "database", "ok": True, "detail": "reachable"},
            {"name": "projection request_board", "ok": True, "detail": "3 events behind"},
        ],
        day={
            "requests": 12,
            "completed": 9,
            "cancelled": 1,
            "time_to_assign_p50_s": 20.0,
            "time_to_arrive_p50_s": None,
            "revenue": [{"amount_minor": 29_400, "currency": "INR"}],
        },
        balances=[
            {"account": "L:Customer:x:Wallet", "currency": "INR", "balance_minor": -50_000},
            {"account": "A:Cash:Desk", "currency": "INR", "balance_minor": 50_000},
        ],
        zones=[{"slug": "central", "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]}}],
    )


def shown(seen: Seen, processes: dict[str, bool] | None = None) -> str:
    page = Console(width=120, height=HEIGHT, force_terminal=False, color_system=None)
    with page.capture() as caught:
        page.print(frame(seen, "demo-city", processes or ALL_UP, 120), height=HEIGHT)
    return caught.get()


@pytest.mark.parametrize(
    "told",
    [
        "demo-city   12:00:00 UTC",
        "API is there",
        "read models 3 events behind",
        "searching",
        "3 on duty",
        "3 offers: 1 out, 50 % accepted",
        "in wallets",
        "500.00 INR",
        "revenue in 24 h",
        "12 requests, 9 completed",
        "294.00 INR",
        "searching SOS",
        "1:30",
    ],
)
def test_a_frame_tells(told: str) -> None:
    assert told in shown(city())


def test_the_map_has_an_outline_a_free_crew_one_on_a_job_and_a_waiting_customer() -> None:
    drawn = shown(city()).split("newest requests")[0]
    inside = [line[: 120 * 6 // 10] for line in drawn.splitlines()[3:-4]]
    picture = "".join(inside)
    assert picture.count("·") > 40
    assert picture.count("!") >= 1
    assert picture.count("^") >= 1


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 30), (120, 40), (200, 60), (50, 12)])
def test_a_frame_fills_any_terminal_and_no_more(width: int, height: int) -> None:
    page = Console(width=width, height=height, force_terminal=False, color_system=None)
    with page.capture() as caught:
        page.print(frame(city(), "demo-city", ALL_UP, width, height), height=height)
    lines = caught.get().splitlines()
    assert len(lines) == height
    assert max(map(len, lines)) <= width
    assert "requests, the newest" in caught.get()
    assert ("newest requests" in caught.get()) == (height >= 30)


def test_states_without_room_share_a_row() -> None:
    seen = city()
    states = ("quoted", "searching", "assigned", "en_route", "on_scene", "completed", "cancelled")
    seen.requests = [request(n, state) for n, state in enumerate(states)]
    page = Console(width=80, height=24, force_terminal=False, color_system=None)
    with page.capture() as caught:
        page.print(frame(seen, "demo-city", ALL_UP, 80, 24), height=24)
    assert "4 other states  4" in caught.get()


def test_a_picture_has_the_frame_and_fetches_nothing() -> None:
    drawn = picture_of(frame(city(), "demo-city", ALL_UP, 120), "vehicaid watch", HEIGHT)
    assert drawn.startswith("<svg")
    assert "searching" in drawn
    assert "@font-face" not in drawn


def test_an_empty_city_and_an_api_that_is_away_are_shown_as_that() -> None:
    text = shown(Seen(at=NOW))
    assert "API IS AWAY" in text
    assert "Nobody is here yet." in text
    assert "nothing is charged here" in text
    assert "none answered yet" in text


def test_what_is_wrong_is_named() -> None:
    seen = city()
    seen.checks.append({"name": "projection provider_jobs", "ok": False, "detail": "halted"})
    assert "projection provider_jobs: halted" in shown(seen)
