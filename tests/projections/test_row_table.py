"""Do rows come back from a table as they went in, whatever is in them, and for no other tenant?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import errors, sql

from infra.database_url import READER_ROLE
from infra.projections.catch_up import bring_up_to_date
from infra.projections.differences import digest
from infra.projections.facts import Connection
from infra.projections.row_table import RowTable
from projections.read_model import AnyReadModel, Index, ReadModel, Row
from tests.projections.telling import tell
from tests.support.effort import examples
from tests.support.servers import Database


class Thing(Row, frozen=True, gc=False):
    """One field of each kind."""

    tenant: str
    thing_id: UUID
    words: str
    maybe_words: str | None
    size: int
    maybe_size: int | None
    share: float
    good: bool
    at: datetime
    maybe_at: datetime | None
    many: tuple[str, ...]
    by_name: dict[str, int]
    maybe_id: UUID | None


things: ReadModel[Thing] = ReadModel(
    "things", Thing, version=1, key=("tenant", "thing_id"), indexes=(Index(("tenant", "size"), where="good"),)
)

words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
sizes = st.integers(-(2**63) + 1, 2**63 - 1)
instants = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
finite = st.floats(allow_nan=False, allow_infinity=False)
rows = st.builds(
    Thing, tenant=st.sampled_from(["demo", "other"]), thing_id=st.uuids(), words=words, maybe_words=st.none() | words,
    size=sizes, maybe_size=st.none() | sizes, share=finite,
    good=st.booleans(), at=instants, maybe_at=st.none() | instants, many=st.lists(words, max_size=3).map(tuple),
    by_name=st.dictionaries(words, sizes, max_size=3), maybe_id=st.none() | st.uuids(),
)  # fmt: skip


@pytest.fixture
def table(cell: Database, eye: Connection) -> RowTable:
    """An empty table of things."""
    made = RowTable(as_any(things), "things__g1")
    made.create(eye)
    made.add_key(eye)
    made.add_indexes(eye)
    return made


def as_any(model: object) -> AnyReadModel:
    """A read model for those who do not care about its rows."""
    return model  # type: ignore[return-value]  # rows are only read from it


def key(row: Row) -> tuple[object, ...]:
    """Of a thing."""
    assert isinstance(row, Thing)
    return (row.tenant, row.thing_id)


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(rows, min_size=1, max_size=8, unique_by=lambda row: row.thing_id))
def test_copied_and_upserted_rows_come_back_as_they_were(table: RowTable, eye: Connection, those: list[Thing]) -> None:
    eye.execute("TRUNCATE things__g1")
    half = len(those) // 2
    table.copy(eye, those[:half])
    table.upsert(eye, those[half:])
    table.upsert(eye, those)
    assert table.load(eye, [key(row) for row in those]) == {key(row): row for row in those}
    table.delete(eye, [key(row) for row in those[:1]])
    assert table.load(eye, [key(row) for row in those]) == {key(row): row for row in those[1:]}


def a_thing(tenant: str, number: int) -> Thing:
    """A plain one."""
    at = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(seconds=number)
    return Thing(tenant, UUID(int=number), "w", None, number, None, 1.0, True, at, None, ("a",), {"b": 1}, None)


def test_a_digest_depends_on_values_and_on_nothing_else(table: RowTable, eye: Connection) -> None:
    names = [column.name for column in table.columns]
    table.copy(eye, [a_thing("demo", number) for number in range(20)])
    before = digest(eye, "things__g1", names)
    table.upsert(eye, [a_thing("demo", number) for number in reversed(range(20))])
    eye.execute("SET TimeZone = 'Asia/Kolkata'; SET DateStyle = 'German'; SET extra_float_digits = 0")
    assert digest(eye, "things__g1", names) == before
    for change in ("size = size + 1", "many = '[]'", "at = at + interval '1 microsecond'", "maybe_words = ''"):
        with eye.transaction(force_rollback=True):
            eye.execute(sql.SQL("UPDATE things__g1 SET {} WHERE size = 7").format(sql.SQL(change)))
            assert digest(eye, "things__g1", names).value != before.value, change
    assert digest(eye, "things__g1", names) == before


def test_two_equal_rows_are_not_none(table: RowTable, eye: Connection) -> None:
    names = [column.name for column in table.columns][2:]
    empty = digest(eye, "things__g1", names)
    table.copy(eye, [a_thing("demo", 1), a_thing("demo", 2)])
    eye.execute("UPDATE things__g1 SET size = 1, at = '2026-03-02'")
    assert digest(eye, "things__g1", names).value != empty.value


@pytest.mark.parametrize("view", ["request_board", "provider_jobs", "audit_trail", "matching_table"])
def test_a_reader_sees_only_its_tenant(cell: Database, owner: Connection, view: str, start_caught_up: None) -> None:
    counts: dict[str, dict[object, object]] = {}
    for tenant in ("demo", "other", "nobody", ""):
        owner.execute(f"SET ROLE {READER_ROLE}")
        owner.execute("SELECT set_config('vehicaid.tenant', %s, false)", (tenant,))
        count = sql.SQL("SELECT tenant, count(*) FROM {} GROUP BY 1").format(sql.Identifier(view))
        found = owner.execute(count).fetchall()
        counts[tenant] = {row[0]: row[1] for row in found}
        owner.execute("RESET ROLE")
    assert set(counts["demo"]) == {"demo"}
    assert set(counts["other"]) == {"other"}
    assert counts["nobody"] == counts[""] == {}


@pytest.fixture
def start_caught_up(cell: Database, eye: Connection) -> None:
    """Read models of two tenants."""
    tell(cell, 3, 400, ("demo", "other"))
    bring_up_to_date(cell.settings)


def test_a_reader_cannot_write(cell: Database, owner: Connection) -> None:
    owner.execute(f"SET ROLE {READER_ROLE}")
    with pytest.raises(errors.InsufficientPrivilege):
        owner.execute("DELETE FROM request_board")
    owner.execute("RESET ROLE")


def test_a_key_that_does_not_begin_with_the_tenant_is_refused() -> None:
    with pytest.raises(TypeError, match="tenant comes first"):
        ReadModel("wrong", Thing, version=1, key=("thing_id",))


def test_a_key_that_is_not_how_the_row_begins_is_refused() -> None:
    with pytest.raises(TypeError, match="how the row begins"):
        ReadModel("wrong", Thing, version=1, key=("tenant", "size"))
