"""Is every view and every column that analysts get described, before anything runs?"""

from __future__ import annotations

import pytest

from infra.analytics.domain_views import DOMAIN_VIEWS
from infra.analytics.kpi_views import KPI_VIEWS
from infra.analytics.raw_views import EVENTS, view_of
from infra.analytics.view import View
from projections.catalog import READ_MODELS

RAW = [EVENTS, *(view_of(model, f"{model.name}__g1") for model in READ_MODELS)]
WRITTEN = [*DOMAIN_VIEWS, *KPI_VIEWS]
ALL = [*RAW, *WRITTEN]


@pytest.mark.parametrize("view", ALL, ids=lambda view: view.name)
def test_every_view_and_column_has_its_words(view: View) -> None:
    silent = [column for column, text in view.columns if not text.strip()]
    assert silent == [], "infra/analytics/words.py needs a line for each"
    assert view.about.strip()
    assert all(text.endswith(".") for _, text in view.columns)


def test_no_two_views_share_a_name() -> None:
    names = [view.name for view in ALL]
    assert sorted(names) == sorted(set(names))


def test_a_view_stands_on_views_that_come_before_it() -> None:
    known: set[str] = set()
    for view in ALL:
        assert set(view.on) <= known, view.name
        known.add(view.name)


@pytest.mark.parametrize("view", WRITTEN, ids=lambda view: view.name)
def test_a_view_that_reads_another_says_so(view: View) -> None:
    named = {other.name for other in ALL if f"{{views}}.{other.name} " in f"{view.query} "}
    assert named == set(view.on)


PERSONAL = {"name", "phone", "email", "plate", "note", "address", "lat", "lng", "point", "location", "contact"}


@pytest.mark.parametrize("view", ALL, ids=lambda view: view.name)
def test_no_view_has_a_column_for_what_is_personal(view: View) -> None:
    assert not PERSONAL & {column for column, _ in view.columns}
