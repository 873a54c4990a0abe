"""Token buckets with the time passed in."""

from signaling.gateway import limits
from signaling.gateway.limits import Buckets, TokenBucket


def test_a_burst_and_then_a_rate():
    bucket = TokenBucket.full(10.0, 3, now=0.0)
    assert [bucket.take(0.0) for _ in range(4)] == [True, True, True, False]
    assert not bucket.take(0.05)
    assert bucket.take(0.1)
    assert not bucket.take(0.1)


def test_who_writes_for_an_hour_and_shows_each_draft_is_never_refused():
    bucket = TokenBucket.full(limits.COMMANDS_PER_S, limits.COMMANDS_BURST, now=0.0)
    # Four drafts a second, a message and a mark every second, and a burst of feeds opened again every minute.
    for second in range(3600):
        commands = 6 + 12 * (second % 60 == 0)
        assert all(bucket.take(second + number / commands) for number in range(commands))


def test_it_never_holds_more_than_the_burst_and_a_clock_that_steps_back_does_no_harm():
    bucket = TokenBucket.full(10.0, 2, now=100.0)
    assert [bucket.take(1000.0) for _ in range(3)] == [True, True, False]
    assert not bucket.take(0.0)
    assert bucket.take(0.1)


def test_names_are_apart_and_only_so_many_are_remembered(monkeypatch):
    monkeypatch.setattr(limits, "KNOWN_MOST", 2)
    buckets = Buckets(1.0, 1)
    assert buckets.take("a", 0.0)
    assert not buckets.take("a", 0.0)
    assert buckets.take("b", 0.0)
    assert not buckets.take("a", 0.0), "used last: remembered"
    assert buckets.take("c", 0.0)
    assert buckets.take("b", 0.0), "forgotten: full again"
