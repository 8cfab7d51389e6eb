"""Is a link good for one file, one tenant, one viewer, and some minutes only?"""

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from infra.files.links import FileLink, FileLinks

UNTIL = datetime(2026, 11, 23, 12, 5, tzinfo=UTC)
LINK = FileLink("demo", UUID(int=7), "insurance-00000000.pdf", "dispatcher:usr_1", UNTIL)
LINKS = FileLinks(b"k" * 32)
BEFORE = UNTIL - timedelta(seconds=1)


def test_a_link_says_what_it_said_until_it_is_over() -> None:
    text = LINKS.write(LINK)
    assert LINKS.read(text, BEFORE) == LINK
    assert LINKS.read(text, UNTIL) is None
    assert FileLinks(b"K" * 32).read(text, BEFORE) is None


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_whatever_was_changed_makes_it_none(place: int, change: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(LINKS.write(LINK) + "=="))
    raw[place % len(raw)] ^= change
    assert LINKS.read(base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("="), BEFORE) is None


@given(st.text(max_size=1_100))
def test_what_we_never_made_is_none(text: str) -> None:
    assert LINKS.read(text, BEFORE) is None
