"""Does the scanner find what it knows, and does no answer mean no?"""

import pytest

from application.files import ScannerAway
from infra.embedded.ports import free_port
from infra.files.clamd import PIECE, Clamd
from tests.files.clamd_stand_in import clamd_stand_in
from tests.files.samples import EICAR

pytestmark = pytest.mark.anyio


async def test_it_finds_what_it_knows_and_nothing_else() -> None:
    async with clamd_stand_in() as stand_in:
        clamd = Clamd("127.0.0.1", stand_in.port, 5)
        assert await clamd.scan(EICAR) == "Eicar-Signature"
        assert await clamd.scan(bytes(PIECE - 10) + EICAR) == "Eicar-Signature", "over two pieces"
        assert await clamd.scan(bytes(3 * PIECE)) is None
        assert await clamd.scan(b"") is None
        assert await clamd.version() == "ClamAV 1.4.2/27800"
        assert stand_in.seen == 4


@pytest.mark.parametrize("said", [b"", b"stream: OK but not sure", b"COMMAND READ TIMED OUT", b"\xff\xfe"])
async def test_what_is_no_answer_is_no_yes(said: bytes) -> None:
    async with clamd_stand_in() as stand_in:
        stand_in.says = said
        with pytest.raises(ScannerAway):
            await Clamd("127.0.0.1", stand_in.port, 5).scan(b"x")


async def test_what_is_too_large_for_it_is_not_taken_for_clean() -> None:
    async with clamd_stand_in(most_bytes=100) as stand_in:
        with pytest.raises(ScannerAway):
            await Clamd("127.0.0.1", stand_in.port, 5).scan(bytes(101))


async def test_nobody_there_is_no_yes() -> None:
    with pytest.raises(ScannerAway):
        await Clamd("127.0.0.1", free_port(), 1).scan(b"x")
