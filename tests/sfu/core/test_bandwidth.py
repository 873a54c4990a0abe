"""Limits of subscribers and caps of publishers."""

import pytest

from sfu.core.bandwidth import LEAST_BPS, LIFTED_AFTER_S, UNCAPPED_BPS, Cap, Downlink, combined


def downlink(*said: tuple[float, int], sent_bps: float = 1_000_000) -> Downlink:
    link = Downlink(sent_bps=sent_bps)
    for now, bitrate in said:
        link.hear(bitrate, now)
    return link


def test_a_low_estimate_alone_is_no_limit():
    assert downlink((1.0, 70_000), sent_bps=50_000).limit(1.0) is None
    assert downlink((1.0, 500_000), (2.0, 540_000)).limit(2.0) is None


def test_an_estimate_that_falls_below_what_is_sent_is_a_limit():
    assert downlink((1.0, 1_000_000), (2.0, 700_000)).limit(2.0) == 700_000


def test_an_estimate_that_falls_while_less_is_sent_is_no_limit():
    assert downlink((1.0, 1_000_000), (2.0, 700_000), sent_bps=300_000).limit(2.0) is None


def test_the_limit_follows_the_estimate_and_is_lifted_after_a_while():
    link = downlink((1.0, 1_000_000), (2.0, 700_000), (9.0, 900_000), (16.0, 950_000))
    assert link.limit(16.0) == 950_000
    link.hear(960_000, 2.1 + LIFTED_AFTER_S)
    assert link.limit(2.1 + LIFTED_AFTER_S) is None


def test_an_estimate_expires():
    assert downlink((1.0, 1_000_000), (2.0, 700_000)).limit(12.1) is None


def test_voice_and_the_lowest_layer_always_have_their_share():
    assert downlink((1.0, 1_000_000), (2.0, 5_000)).limit(2.0) == LEAST_BPS


@pytest.mark.parametrize(
    ("limits", "simulcast", "expected"),
    [
        ([], False, None),
        ([None, None], False, None),
        ([None, 300_000.0, 500_000.0], False, 300_000.0),
        ([None, 300_000.0, 500_000.0], True, None),
        ([300_000.0, 500_000.0], True, 500_000.0),
    ],
)
def test_limits_are_combined(limits, simulcast, expected):
    assert combined(limits, simulcast=simulcast) == expected


def test_a_cap_is_repeated_and_lifted_three_times():
    cap = Cap()
    assert [cap.due(400_000.0), cap.due(400_000.0)] == [400_000] * 2
    assert [cap.due(None) for _ in range(5)] == [UNCAPPED_BPS] * 3 + [None] * 2
