"""Does a task end that has lost the first cancellations?"""

import asyncio
import contextlib

import pytest

from infra.stopping import end

pytestmark = pytest.mark.anyio


async def test_one_that_loses_cancellations_ends_all_the_same() -> None:
    lost = 0

    async def goes_on() -> None:
        nonlocal lost
        while lost < 2:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(60)
            lost += 1
        await asyncio.sleep(60)

    task = asyncio.create_task(goes_on())
    await asyncio.sleep(0)
    await end(task)
    assert task.cancelled()
    assert lost == 2


async def test_what_came_in_the_same_turn_does_not_keep_a_loop_alive() -> None:
    news = asyncio.Event()

    async def follow() -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), 60)
            news.clear()

    task = asyncio.create_task(follow())
    for _ in range(3):
        await asyncio.sleep(0)
    news.set()
    await asyncio.sleep(0)
    await end(task)
    assert task.cancelled()


async def test_one_that_has_failed_keeps_nobody_from_stopping() -> None:
    async def fails() -> None:
        raise OSError

    task = asyncio.create_task(fails())
    await asyncio.wait({task})
    await end(task)
    await end(None)
    assert isinstance(task.exception(), OSError)
