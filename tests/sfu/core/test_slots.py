"""Who is given which slot."""

from hypothesis import given
from hypothesis import strategies as st

from sfu.core.slots import Candidate, Place, assign
from sfu.dataplane.contract import Media

OPUS, VP8, H264 = Media.OPUS, Media.VP8, Media.H264
BOTH = frozenset({VP8, H264})


def places(
    voices: int = 3, cameras: int = 4, screens: int = 1, taken: dict[int, tuple[str, str]] | None = None
):
    """Voices first, then cameras, then screens; ``taken`` by position."""
    made = [Place("microphone", n, frozenset({OPUS})) for n in range(voices)]
    made += [Place("camera", n, BOTH) for n in range(cameras)]
    made += [Place("screen", n, BOTH) for n in range(screens)]
    for position, occupant in (taken or {}).items():
        old = made[position]
        made[position] = Place(old.source, old.index, old.takes, occupant)
    return made


def voice(peer: str, *, active: bool = True) -> Candidate:
    return Candidate((peer, "microphone"), OPUS, active)


def camera(peer: str, *, active: bool = True, media: Media = VP8) -> Candidate:
    return Candidate((peer, "camera"), media, active)


def screen(peer: str, *, active: bool = True) -> Candidate:
    return Candidate((peer, "screen"), VP8, active)


def test_voice_and_picture_of_one_peer_have_the_same_index():
    given_to = assign(places(3, 3, 0), [voice("a"), camera("a"), voice("b"), camera("b")])
    assert given_to == [
        ("a", "microphone"),
        ("b", "microphone"),
        None,
        ("a", "camera"),
        ("b", "camera"),
        None,
    ]


def test_a_camera_without_a_voice_leaves_the_index_to_those_who_have_both():
    given_to = assign(places(2, 2, 0), [camera("a"), voice("b"), camera("b")])
    assert given_to == [None, ("b", "microphone"), ("a", "camera"), ("b", "camera")]


def test_an_occupant_stays():
    taken = {1: ("b", "microphone"), 4: ("b", "camera")}
    given_to = assign(places(3, 3, 0, taken), [voice("a"), camera("a"), voice("b"), camera("b")])
    assert given_to[1] == ("b", "microphone")
    assert given_to[4] == ("b", "camera")
    assert given_to[0] == ("a", "microphone")
    assert given_to[3] == ("a", "camera")


def test_an_occupant_that_is_gone_leaves_an_empty_slot():
    assert assign(places(1, 0, 0, {0: ("b", "microphone")}), []) == [None]


def test_first_come_stays_when_there_are_too_many():
    taken = {0: ("a", "microphone")}
    assert assign(places(1, 0, 0, taken), [voice("a"), voice("b")]) == [("a", "microphone")]


def test_somebody_idle_gives_way_to_somebody_who_sends():
    taken = {0: ("a", "screen")}
    assert assign(places(0, 0, 1, taken), [screen("a", active=False), screen("b")]) == [("b", "screen")]
    assert assign(places(0, 0, 1, taken), [screen("a", active=False), screen("b", active=False)]) == [
        ("a", "screen")
    ]


def test_a_source_goes_only_where_its_kind_and_codec_fit():
    only_vp8 = [Place("camera", 0, frozenset({VP8}))]
    assert assign(only_vp8, [camera("a", media=H264), screen("a"), voice("a")]) == [None]


@given(st.data())
def test_nothing_is_shown_twice_and_nobody_is_moved(data):
    peers = data.draw(st.lists(st.sampled_from("abcdefgh"), unique=True))
    candidates = [
        candidate
        for peer in peers
        for candidate in (
            voice(peer, active=data.draw(st.booleans())),
            camera(peer, active=data.draw(st.booleans())),
            screen(peer, active=data.draw(st.booleans())),
        )
    ]
    empty = places(data.draw(st.integers(0, 4)), data.draw(st.integers(0, 4)), data.draw(st.integers(0, 2)))
    first = assign(empty, candidates)
    assert len([one for one in first if one]) == len({one for one in first if one})
    for place, occupant in zip(empty, first, strict=True):
        assert occupant is None or occupant[1] == place.source
    taken = {position: occupant for position, occupant in enumerate(first) if occupant}
    again = [
        Place(place.source, place.index, place.takes, taken.get(position))
        for position, place in enumerate(empty)
    ]
    assert assign(again, candidates) == first
