"""The reference agrees byte for byte with a slow data plane that shares no rewriting code with it."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sfu.dataplane.twins import MEDIAS, SLOTS, Twins

STREAMS = st.integers(0, len(MEDIAS) - 1)
PEERS = st.integers(0, 2)
SLOT = st.integers(0, SLOTS - 1)
FATES = st.lists(
    st.sampled_from(["arrives"] * 6 + ["lost", "held", "held", "padding", "padded", "foreign"]),
    min_size=1,
    max_size=6,
)


def step(name: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    return st.tuples(st.just(name), st.fixed_dictionaries(arguments))


FRAME = step("frame", stream=STREAMS, fates=FATES, key=st.sampled_from([False, False, True]))
CONNECT = step("connect", slot=SLOT, stream=STREAMS, payload_type=st.sampled_from([100, 100, 100, 102]))
STEPS = st.one_of(
    FRAME,
    FRAME,
    FRAME,
    FRAME,
    CONNECT,
    CONNECT,
    step("release", stream=STREAMS),
    step("release", stream=STREAMS),
    step("leap", stream=STREAMS, count=st.sampled_from([1, 3, 60, 65, 130, 500, 512, 513, 600, 20000])),
    step("repeat", stream=STREAMS, back=st.integers(0, 20)),
    step("replay", peer=PEERS),
    step("disconnect", slot=SLOT),
    step("remove", stream=STREAMS),
    step("add", stream=STREAMS),
    step("silence", peer=PEERS),
    step("wake", peer=PEERS),
    step("miss", slot=SLOT, backs=st.lists(st.integers(-3, 40), max_size=5)),
    step("unknown", peer=PEERS, number=STREAMS),
    step("rtcp", peer=PEERS),
    step("junk", peer=PEERS, data=st.binary(max_size=60)),
    step("wait", seconds=st.sampled_from([0.001, 0.02, 0.5, 3600.0])),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(picture_bits=st.sampled_from([7, 15]), steps=st.lists(STEPS, min_size=10, max_size=80))
def test_the_same_input_gives_the_same_ciphertext_and_events(
    picture_bits: int, steps: list[tuple[str, dict[str, Any]]]
):
    twins = Twins(wide=picture_bits == 15)
    for slot, stream in enumerate((0, 2, 1)):
        twins.connect(slot, stream, 100)
    for name, arguments in steps:
        getattr(twins, name)(**arguments)
    twins.compare_counters()
