"""Token buckets with the time passed in."""

from signaling.gateway import limits
from signaling.gateway.limits import Buckets, TokenBucket


def test_a_burst_and_then_a_rate():
    bucket = TokenBucket.full(10.0, 3, now=0.0)
    assert [bucket.take(0.0) for _ in range(4)] == [True, True, True, False]
    assert not bucket.take(0.05)
    assert bucket.take(0.1)
    assert not bucket.take(0.1)


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
