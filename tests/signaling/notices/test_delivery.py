from itertools import pairwise

from signaling.notices.contract import Outcome, State
from signaling.notices.delivery import ATTEMPTS, BACK_OFF_S, after
from tests.support.notices import NOW


def test_what_was_taken_is_sent_and_what_is_refused_has_failed_whatever_the_attempt() -> None:
    for attempts in range(1, ATTEMPTS + 1):
        assert after(Outcome.SENT, attempts, NOW).state is State.SENT
        assert after(Outcome.REFUSED, attempts, NOW).state is State.FAILED
        assert after(Outcome.GONE, attempts, NOW).state is State.FAILED


def test_each_further_try_waits_longer_and_the_last_one_gives_up() -> None:
    waits = []
    for attempts in range(1, ATTEMPTS):
        then = after(Outcome.LATER, attempts, NOW)
        assert then.state is State.DUE
        waits.append(then.due_at - NOW)
    assert all(longer > shorter for shorter, longer in pairwise(waits))
    assert sum(waits) == sum(BACK_OFF_S) > 12 * 3600
    assert after(Outcome.LATER, ATTEMPTS, NOW).state is State.FAILED
