import pytest

from sfu.control import PROTOCOL, WorkerState
from signaling.calls.placement import FORGOTTEN_S, HEARTBEAT_TTL_S, Verdict, Workers, choose, judge

NOW = 1000.0


def worker(name: str, **changes) -> WorkerState:
    values = {"protocol": PROTOCOL, "rooms": 0, "peers": 0, "cpu": 0.0, "draining": False} | changes
    return WorkerState(worker=name, loop_lag_ms=0.0, started_at=0.0, **values)


def test_the_least_loaded_worker_is_chosen():
    assert choose([worker("a", cpu=0.5), worker("b", cpu=0.2, peers=9)], {}) == "b"
    assert choose([worker("a", peers=4), worker("b", peers=2)], {}) == "b"
    assert choose([worker("a", cpu=0.19, peers=2), worker("b", cpu=0.11, peers=4)], {}) == "a", "noise"


def test_what_was_placed_since_the_last_heartbeat_counts():
    idle = [worker("a"), worker("b")]
    placed: dict[str, int] = {}
    for _ in range(10):
        chosen = choose(idle, placed)
        assert chosen
        placed[chosen] = placed.get(chosen, 0) + 1
    assert placed == {"a": 5, "b": 5}


@pytest.mark.parametrize("unfit", [{"draining": True}, {"protocol": PROTOCOL + 1}])
def test_an_unfit_worker_is_not_chosen(unfit):
    assert choose([worker("a", **unfit)], {}) is None
    assert choose([worker("a", **unfit), worker("b", cpu=0.9)], {}) == "b"


def test_nobody_or_only_excluded_ones():
    assert choose([], {}) is None
    assert choose([worker("a")], {}, exclude={"a"}) is None


@pytest.mark.parametrize(
    ("alive", "seen", "reported_ago", "verdict"),
    [
        (["a", "b"], {"a": NOW}, 100, Verdict.ALIVE),
        (["a", "b"], {"a": NOW - 7}, 5, Verdict.UNKNOWN),
        (["b"], {"a": NOW - HEARTBEAT_TTL_S - 1}, 0, Verdict.DEAD),
        (["b"], {"a": NOW - HEARTBEAT_TTL_S + 1}, 100, Verdict.UNKNOWN),
        ([], {"a": NOW - 1000}, 100, Verdict.UNKNOWN),
        (["b"], {}, FORGOTTEN_S - 1, Verdict.UNKNOWN),
        (["b"], {}, FORGOTTEN_S, Verdict.DEAD),
    ],
    ids=[
        "alive",
        "not-heard-since-the-report",
        "dead",
        "just-gone",
        "no-other-is-seen",
        "redis-came-back-empty",
        "took-itself-out",
    ],
)
def test_a_worker_is_dead_only_when_others_are_seen(alive, seen, reported_ago, verdict):
    workers = Workers({name: worker(name) for name in alive}, seen)
    assert judge("a", workers, NOW - reported_ago, NOW) is verdict
