"""Services that run side by side end together, for certain."""

import asyncio

import pytest

from signaling.tasks import end, run_together


async def for_ever(ended):
    try:
        await asyncio.Event().wait()
    finally:
        ended.append("quietly")


async def loses_a_cancellation(ended):
    for _ in range(2):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
    await asyncio.Event().wait()


async def fails():
    raise ZeroDivisionError


async def test_one_that_fails_ends_the_others_and_is_told():
    ended: list[str] = []
    with pytest.raises(ZeroDivisionError):
        await run_together(for_ever(ended), fails())
    assert ended == ["quietly"]


async def test_one_that_loses_its_cancellation_is_cancelled_again():
    ended: list[str] = []
    task = asyncio.ensure_future(run_together(run_together(loses_a_cancellation(ended), for_ever(ended))))
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await end([task])
    assert task.cancelled()
    assert sorted(ended) == ["cancelled", "cancelled", "quietly"]
