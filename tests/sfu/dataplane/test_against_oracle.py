"""The reference agrees byte for byte with a slow data plane that shares no rewriting code with it."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sfu.dataplane.steps import STEPS
from tests.sfu.dataplane.twins import Twins


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
