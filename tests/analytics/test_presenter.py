"""Do the views follow the tables that are served, without standing in anybody's way?"""

from __future__ import annotations

import itertools
import threading
from typing import cast
from uuid import UUID

import psycopg
import pytest

from infra.analytics import presenter
from infra.analytics.domain_views import DOMAIN_VIEWS
from infra.analytics.kpi_views import KPI_VIEWS
from infra.analytics.presenter import present
from infra.projections.catch_up import bring_up_to_date
from infra.projections.facts import Connection
from infra.projections.generations import generations
from infra.projections.rebuild import rebuild
from projections.catalog import READ_MODELS, read_model
from projections.fact import Fact
from projections.read_model import AnyReadModel, ReadModel, Row
from tests.analytics.conftest import Analyst
from tests.projections.telling import eventually, tell
from tests.support.servers import Database


class Older(Row, frozen=True, gc=False):
    """A row as it was."""

    tenant: str
    request_id: UUID
    state: str
    service: str


class Newer(Row, frozen=True, gc=False):
    """A row as it is now: a column is gone, one is of another type, one is new."""

    tenant: str
    request_id: UUID
    service: tuple[str, ...]
    position: int


def older() -> AnyReadModel:
    model = ReadModel("trial", Older, version=1, key=("tenant", "request_id"))

    @model.begins("service_request.requested")
    def _begun(fact: Fact) -> Older:
        return Older(fact.tenant, fact.stream_id, "new", fact.text("service"))

    return cast("AnyReadModel", model)


def newer() -> AnyReadModel:
    model = ReadModel("trial", Newer, version=2, key=("tenant", "request_id"))

    @model.begins("service_request.requested")
    def _begun(fact: Fact) -> Newer:
        return Newer(fact.tenant, fact.stream_id, (fact.text("service"),), fact.position)

    return cast("AnyReadModel", model)


def columns(analyst: Analyst, view: str) -> list[str]:
    return [column.name for column in analyst().execute(f"SELECT * FROM {view} LIMIT 0".encode()).description or ()]  # noqa: S608


def test_every_read_model_has_its_view_and_every_column_its_comment(analyst: Analyst) -> None:
    rows = analyst().execute("SELECT view, about, column_name, meaning FROM dictionary").fetchall()
    wanted = {"events", *(model.name for model in READ_MODELS), *(view.name for view in (*DOMAIN_VIEWS, *KPI_VIEWS))}
    assert {row[0] for row in rows} == wanted
    assert [row for row in rows if not row[1] or not row[3]] == []


def test_a_second_look_changes_nothing(house: Database) -> None:
    done = present(house.settings)
    assert (done.made, done.gone, done.busy, done.failed) == ([], [], [], {})


def test_a_swap_is_not_held_up_by_a_long_question_and_the_view_follows(house: Database, analyst: Analyst) -> None:
    board = read_model("request_board")
    reader = analyst()
    with reader.transaction():
        before = reader.execute("SELECT count(*) FROM request_board").fetchone()
        outcome = rebuild(house.settings, board, confirm=lambda _found: True)
        assert outcome.swapped is not None
        assert present(house.settings, patience_ms=50).busy == ["request_board"]
        tell(house, 4, 200)
        bring_up_to_date(house.settings)
        assert reader.execute("SELECT count(*) FROM request_board").fetchone() == before
    assert present(house.settings).made == ["request_board"]
    after = analyst().execute("SELECT count(*) FROM request_board").fetchone()
    assert after is not None
    assert before is not None
    assert int(str(after[0])) > int(str(before[0]))


def test_a_generation_that_analysts_still_see_stays_until_they_do_not(house: Database) -> None:
    board = read_model("request_board")
    nothing_kept = house.settings.model_copy(update={"projection_kept_generations": 0})

    def numbers() -> list[int]:
        with psycopg.connect(house.app_dsn, autocommit=True) as connection:
            return [each.number for each in generations(connection, "request_board")]

    rebuild(nothing_kept, board, confirm=lambda _found: True)
    assert numbers() == [1, 2]
    assert present(house.settings).made == ["request_board"]
    rebuild(nothing_kept, board, confirm=lambda _found: False)
    assert numbers() == [2]


@pytest.mark.usefixtures("house")
def test_a_read_model_with_other_columns_gets_its_view_anew(house: Database, analyst: Analyst) -> None:
    models = (*READ_MODELS, older())
    bring_up_to_date(house.settings, models)
    assert present(house.settings, models).made == ["trial"]
    assert columns(analyst, "trial") == ["tenant", "request_id", "state", "service"]
    models = (*READ_MODELS, newer())
    assert present(house.settings, models).made == [], "the older table still serves"
    rebuild(house.settings, newer(), confirm=lambda _found: True)
    assert present(house.settings, models).made == ["trial"]
    assert columns(analyst, "trial") == ["tenant", "request_id", "service", "position"]


def test_a_read_model_that_is_gone_takes_its_view_along(house: Database, analyst: Analyst) -> None:
    kept = tuple(model for model in READ_MODELS if model.name != "provider_jobs")
    assert "provider_jobs" in present(house.settings, kept).gone
    shown = {row[0] for row in analyst().execute("SELECT view FROM dictionary")}
    assert not shown & {"provider_jobs", "offers", "jobs", "providers"}
    assert present(house.settings).made == ["provider_jobs", "offers", "jobs", "providers"]


def test_nobody_who_reads_is_ever_disturbed(house: Database, analyst: Analyst) -> None:
    board = read_model("request_board")
    stop, answers, failed = threading.Event(), itertools.count(), list[Exception]()
    sessions = [analyst() for _ in range(4)]

    def ask(session: Connection) -> None:
        try:
            while not stop.is_set():
                session.execute(
                    "SELECT count(*), count(b.request_id) FROM requests r JOIN request_board b USING (request_id)"
                )
                session.execute("SELECT sum(requests) FROM kpi_hourly")
                next(answers)
        except psycopg.Error as error:
            failed.append(error)

    threads = [threading.Thread(target=ask, args=(session,)) for session in sessions]
    for thread in threads:
        thread.start()
    try:
        shown = [1]
        for _ in range(4):
            rebuild(house.settings, board, confirm=lambda _found: True)
            eventually(lambda: "request_board" in present(house.settings, patience_ms=2_000).made, "the view follows")
            shown.append(next(answers))
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    assert failed == []
    assert shown == sorted(set(shown)), "questions were answered between any two swaps"


def test_the_projector_keeps_the_views(house: Database, analyst: Analyst, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presenter, "LOOK_EVERY_S", 0.05)
    stop = threading.Event()
    threads = [threading.Thread(target=presenter.run_presenter, args=(house.settings, stop)) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        rebuild(house.settings, read_model("kpi_requests"), confirm=lambda _found: True)
        tell(house, 8, 100)
        head = bring_up_to_date(house.settings)

        def newest() -> object:
            return analyst().execute("SELECT max(position) > %s FROM kpi_requests", (head - 100,)).fetchone()

        eventually(lambda: newest() == (True,), "the view shows the generation that serves")
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)
