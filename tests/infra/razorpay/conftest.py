"""Which stand-in do these tests share? One a file, and each test looks at its own things."""

from collections.abc import Iterator

import pytest

from tests.support.razorpay import StandIn, standing_in


@pytest.fixture(scope="module")
def gateway() -> Iterator[StandIn]:
    """A running stand-in."""
    with standing_in() as running:
        yield running


@pytest.fixture(autouse=True)
def _nothing_wrong(request: pytest.FixtureRequest) -> None:
    """What went wrong in one test goes right in the next."""
    if "gateway" in request.fixturenames:
        running = request.getfixturevalue("gateway")
        running.play("/faults", rules=[])
        running.play("/modes", receipt_mode="duplicate")
