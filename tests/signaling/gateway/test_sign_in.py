"""Guessing: what is under way counts, what succeeds does not, and many addresses are one guesser."""

import asyncio

import pytest
import redis.asyncio as redis

from signaling.errors import Refusal
from signaling.gateway import sign_in
from signaling.gateway.sign_in import FAILURES_MOST, FAILURES_WINDOW_S, FailedSignIns
from signaling.wire import Code

CODE, LINK = "K7Q2-M9XD", "a-link-of-128-bits-or-more"


@pytest.fixture
async def client(valkey):
    async with redis.from_url(valkey.url) as client:
        yield client


@pytest.fixture
def failures(client):
    return FailedSignIns(client)


def finish(code):
    if code:
        raise Refusal(code)


async def attempt(failures, address="192.0.2.1", token=CODE, ends_with=Code.BAD_LINK):
    """Try once; returns the code of the refusal, None for a success."""
    try:
        async with failures.counted(address, token):
            finish(ends_with)
    except Refusal as refusal:
        return refusal.code
    return None


async def test_codes_that_are_tried_at_once_are_limited_as_those_one_after_the_other(failures):
    looking, found = asyncio.Semaphore(0), asyncio.Event()

    async def slow():
        async with failures.counted("192.0.2.1", CODE):
            looking.release()
            await found.wait()  # the database looks for the code
            raise Refusal(Code.BAD_LINK)

    tries = [asyncio.ensure_future(slow()) for _ in range(100)]
    for _ in range(FAILURES_MOST):
        await looking.acquire()
    await asyncio.wait(tries, return_when=asyncio.FIRST_COMPLETED)
    found.set()
    ended = await asyncio.gather(*tries, return_exceptions=True)
    codes = [error.code for error in ended if isinstance(error, Refusal)]
    assert (codes.count(Code.BAD_LINK), codes.count(Code.TOO_MANY)) == (FAILURES_MOST, 100 - FAILURES_MOST)


async def test_what_succeeds_or_fails_by_our_fault_is_taken_back(failures, client):
    for ends_with in (None, Code.UNAVAILABLE) * FAILURES_MOST:
        assert await attempt(failures, ends_with=ends_with) is ends_with
    assert await attempt(failures) is Code.BAD_LINK
    for key in await client.keys("sign-in:*"):
        assert (int(await client.get(key)), 0 < await client.ttl(key) <= FAILURES_WINDOW_S) == (1, True)


async def test_what_is_taken_back_after_the_window_leaves_nothing(failures, client):
    async with failures.counted("192.0.2.1", CODE):
        await client.flushall()
    assert await client.keys("*") == []


async def test_many_addresses_guess_codes_together_and_links_go_on(failures, monkeypatch):
    monkeypatch.setattr(sign_in, "CODES_FAILED_MOST", 5)
    codes = [await attempt(failures, f"2001:db8::{number}") for number in range(7)]
    assert codes == [Code.BAD_LINK] * 5 + [Code.TOO_MANY] * 2
    assert await attempt(failures, "192.0.2.7", ends_with=None) is Code.TOO_MANY, (
        "a right one is not told apart"
    )
    assert await attempt(failures, "192.0.2.7", LINK, ends_with=None) is None


async def test_one_address_that_is_refused_does_not_use_up_the_tries_of_the_others(failures, monkeypatch):
    monkeypatch.setattr(sign_in, "CODES_FAILED_MOST", FAILURES_MOST + 1)
    for _ in range(3 * FAILURES_MOST):
        await attempt(failures)
    assert await attempt(failures, "192.0.2.7", ends_with=None) is None


async def test_while_redis_is_away_codes_are_still_limited(failures, valkey):
    valkey.stop()
    codes = [await attempt(failures) for _ in range(FAILURES_MOST + 1)]
    assert codes == [Code.BAD_LINK] * FAILURES_MOST + [Code.TOO_MANY]
