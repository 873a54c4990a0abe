"""The table of connections, speech, layers and clocks: the small pure parts."""

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfu.core.clock import DRIFT_S, ClockOffset, ntp_of, seconds_of
from sfu.core.connection import TRANSITIONS, Connection, IllegalTransitionError, Sign, after, sign_of
from sfu.core.layers import choose
from sfu.core.rooms import Layer
from sfu.core.speech import SILENCE, Speech
from sfu.dataplane.contract import StreamId

# --- connections ---


def test_every_pair_is_in_the_table_or_refused_by_name():
    for state, sign in product(Connection, Sign):
        if (state, sign) in TRANSITIONS:
            assert after(state, sign) is TRANSITIONS[state, sign]
        else:
            with pytest.raises(IllegalTransitionError, match=f"{sign.value} while {state.value}"):
                after(state, sign)


def test_closed_is_for_good():
    assert not any(state is Connection.CLOSED for state, _ in TRANSITIONS)
    assert all(
        TRANSITIONS[state, Sign.GONE] is Connection.CLOSED for state in Connection if state.value != "closed"
    )


@pytest.mark.parametrize(
    ("silence", "sign"), [(0.0, Sign.HEARD), (4.9, Sign.HEARD), (5.0, Sign.QUIET), (90.0, Sign.GONE)]
)
def test_silence_is_read(silence, sign):
    assert sign_of(silence) is sign


# --- speech ---


def spoken(*levels: int) -> list[bool]:
    speech = Speech()
    return [speech.hear(level, n / 8) for n, level in enumerate(levels)]


def test_a_knock_is_not_speech():
    assert spoken(20, SILENCE, SILENCE, 20, SILENCE) == [False] * 5


def test_speech_begins_with_the_second_loud_collection_and_outlives_a_breath():
    assert spoken(40, 40, SILENCE, SILENCE, 40) == [False, True, True, True, True]


def test_speech_ends_after_a_pause():
    said = spoken(40, 40, *[SILENCE] * 10)
    assert said[-1] is False
    assert said.index(True) + said.count(True) == 8


def test_between_the_thresholds_speech_goes_on_but_does_not_begin():
    assert spoken(*[53] * 10) == [False] * 10
    assert all(spoken(40, *[40] * 3, *[53] * 20)[1:])


@given(st.lists(st.integers(0, 127), max_size=80))
def test_changes_are_at_least_300_ms_apart(levels):
    speech = Speech()
    changes = []
    before = False
    for step, level in enumerate(levels):
        now = step / 10
        if speech.hear(level, now) != before:
            before = speech.speaking
            changes.append(now)
    assert all(later - earlier >= 0.3 - 1e-9 for earlier, later in pairwise(changes))


# --- layers ---


def layers(*given_layers: tuple[float, float]) -> list[Layer]:
    """Layers from the smallest up as (last arrival, bitrate); stream ids from 1."""
    return [
        Layer(StreamId(rank + 1), None, 0, "", rank, arrival, bitrate=bitrate)  # type: ignore[arg-type]  # no publication needed
        for rank, (arrival, bitrate) in enumerate(given_layers)
    ]


def test_without_a_limit_the_highest_that_is_sent_is_chosen():
    assert choose(layers((9, 1e5), (9, 3e5), (5, 1e6)), None, None, 9.5) == 2


def test_a_limit_takes_a_lower_one_and_at_least_the_lowest():
    known = layers((9, 1e5), (9, 3e5), (9, 1e6))
    assert choose(known, StreamId(3), 500_000, 9.5) == 2
    assert choose(known, StreamId(3), 1_000, 9.5) == 1


def test_climbing_needs_room():
    known = layers((9, 1e5), (9, 3e5))
    assert choose(known, StreamId(1), 330_000, 9.5) == 1
    assert choose(known, StreamId(1), 370_000, 9.5) == 2
    assert choose(known, StreamId(2), 330_000, 9.5) == 2


def test_when_nothing_is_sent_the_present_one_stays():
    known = layers((1, 1e5), (1, 3e5))
    assert choose(known, StreamId(2), None, 9.5) == 2
    assert choose(known, StreamId(7), None, 9.5) == 1
    assert choose([], StreamId(7), None, 9.5) is None


# --- clocks ---


@given(st.floats(0, 4e9))
def test_ntp_is_there_and_back(wall):
    assert seconds_of(ntp_of(wall)) == pytest.approx(wall % 2**32, abs=1e-5) or wall > 2**32 - 2_208_988_800


def test_the_offset_keeps_the_least_delay_and_drifts_slowly():
    offset = ClockOffset()
    offset.learn(10.05)
    offset.learn(10.02)
    assert offset.seconds == 10.02
    offset.learn(10.4)
    assert offset.seconds == pytest.approx(10.02 + DRIFT_S)
    offset.learn(5000.0)
    assert offset.seconds == 5000.0
