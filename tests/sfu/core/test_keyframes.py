"""Keyframe requests."""

from sfu.core.keyframes import Keyframes
from sfu.dataplane.contract import StreamId

LAYER = StreamId(1)


def test_a_request_is_sent_at_once_and_repeated_until_a_keyframe_comes():
    keyframes = Keyframes()
    sent = [n for n in range(60) if keyframes.due({LAYER}, n / 8)]
    assert sent == [0, 2, 6, 14, 30, 46]
    keyframes.count(LAYER, 1)
    assert keyframes.due((), 9.0) == []


def test_requests_of_one_layer_are_half_a_second_apart():
    keyframes = Keyframes()
    keyframes.ask(LAYER)
    assert keyframes.due((), 1.0) == [LAYER]
    keyframes.count(LAYER, 1)
    keyframes.ask(LAYER)
    assert keyframes.due((), 1.2) == []
    assert keyframes.due((), 1.5) == [LAYER]


def test_a_keyframe_in_the_meantime_answers():
    keyframes = Keyframes()
    keyframes.ask(LAYER)
    keyframes.due((), 1.0)
    keyframes.ask(LAYER)
    keyframes.count(LAYER, 1)
    assert keyframes.due((), 9.0) == []


def test_a_keyframe_of_before_is_not_an_answer():
    keyframes = Keyframes()
    keyframes.count(LAYER, 5)
    keyframes.ask(LAYER)
    keyframes.count(LAYER, 5)
    assert keyframes.due((), 1.0) == [LAYER]


def test_layers_do_not_wait_for_each_other():
    keyframes = Keyframes()
    keyframes.due({LAYER}, 1.0)
    assert keyframes.due({LAYER, StreamId(2)}, 1.1) == [StreamId(2)]


def test_a_layer_that_is_gone_is_forgotten():
    keyframes = Keyframes()
    keyframes.ask(LAYER)
    keyframes.forget(LAYER)
    assert keyframes.due((), 1.0) == []
