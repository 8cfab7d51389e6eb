"""Does the notebook keep every note that matters, count what repeats itself, and never grow without limit?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.security_log import SecurityKind
from infra.security_log.notebook import COUNTED, WITHIN, Note, Notebook

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DENIED = Note(SecurityKind.DENIED, "demo", NOON, actor="customer:usr_1", operation="read_ledger", detail="forbidden")
LOGIN = Note(SecurityKind.LOGIN, "demo", NOON, actor="customer:usr_1")


def told(notes: list[Note]) -> list[tuple[str, int]]:
    return [(note.kind.value, note.times) for note in notes]


def test_the_first_refusal_is_written_at_once_and_the_others_of_its_minute_as_one_row() -> None:
    book = Notebook()
    for second in range(50):
        book.take(replace(DENIED, at=NOON + second * SECOND))
    assert told(book.due(NOON + 51 * SECOND)) == [("denied", 1)]
    assert told(book.due(NOON + WITHIN)) == [("denied", 49)]
    assert book.due(NOON + 2 * WITHIN) == []


def test_a_new_minute_begins_with_a_row_of_its_own() -> None:
    book = Notebook()
    for at in (NOON, NOON + SECOND, NOON + WITHIN):
        book.take(replace(DENIED, at=at))
    assert [(note.times, note.at) for note in book.all()] == [(1, NOON), (1, NOON), (1, NOON + WITHIN)]


def test_every_sign_in_has_a_row() -> None:
    book = Notebook()
    for _ in range(3):
        book.take(LOGIN)
    assert told(book.due(NOON)) == [("login", 1)] * 3


def test_a_flood_of_made_up_refusals_ends_in_one_number() -> None:
    book = Notebook(most_waiting=10, most_counted=5)
    for number in range(10_000):
        book.take(replace(DENIED, tenant=f"tenant-{number}", detail=f"code_{number}"))
    assert len(book) <= 10 + 5 + len(SecurityKind)
    written = book.all()
    assert sum(note.times for note in written) == 10_000
    assert [(note.tenant, note.detail) for note in written if note.kind is SecurityKind.OTHERS] == [("", "denied")]


def test_rows_have_names_of_their_own_so_that_writing_twice_is_writing_once() -> None:
    book = Notebook()
    for _ in range(5):
        book.take(LOGIN)
    assert len({note.note_id for note in book.all()}) == 5


@given(
    st.lists(st.tuples(st.sampled_from(SecurityKind), st.integers(0, 6), st.integers(0, 200)), max_size=200),
    st.integers(1, 20),
    st.integers(1, 10),
)
def test_nothing_is_lost_and_nothing_grows(
    things: list[tuple[SecurityKind, int, int]], most_waiting: int, most_counted: int
) -> None:
    book, written = Notebook(most_waiting, most_counted), 0
    for kind, who, second in things:
        at = NOON + second * SECOND
        book.take(Note(kind, "demo", at, actor=f"customer:usr_{who}"))
        # What waits, what is counted, and one number for each kind; what comes out of the counting may wait as well.
        assert len(book) <= most_waiting + 2 * most_counted + len(SecurityKind)
        if second % 7 == 0:
            written += sum(note.times for note in book.due(at))
    assert written + sum(note.times for note in book.all()) == len(things)
    assert len(book) == 0


@pytest.mark.parametrize("kind", sorted(set(SecurityKind) - COUNTED))
def test_what_happens_seldom_is_never_counted_together(kind: SecurityKind) -> None:
    book = Notebook()
    for _ in range(2):
        book.take(replace(LOGIN, kind=kind))
    assert told(book.all()) == [(kind.value, 1)] * 2
