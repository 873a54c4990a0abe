"""Commands are decoded, refused or recognised as repeats."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sfu.control import Command, Done, Drain, Leave, Refused
from sfu.intake import MAX_BYTES, REMEMBERED, REMEMBERED_S, Intake

LEAVE = Leave(id="1", reply_to="sfu:reply:1", room="r", peer="p")


def encoded(command: Command) -> bytes:
    return msgspec.msgpack.encode(command)


def test_a_command_is_read():
    assert Intake().take(encoded(LEAVE), 0.0) == LEAVE


def test_a_repeat_gets_the_same_reply_for_a_minute():
    intake = Intake()
    reply = Done(id="1")
    intake.remember(reply, 0.0)
    again = msgspec.structs.replace(LEAVE, reply_to="sfu:reply:again")
    assert intake.take(encoded(again), REMEMBERED_S - 1) == (reply, "sfu:reply:again")
    assert intake.take(encoded(again), REMEMBERED_S + 1) == again


def test_only_so_many_replies_are_remembered():
    intake = Intake()
    for number in range(REMEMBERED + 10):
        intake.remember(Done(id=str(number)), 0.0)
    assert len(intake._replies) == REMEMBERED
    assert intake.take(encoded(LEAVE), 0.0) == LEAVE, "the oldest were forgotten"


def test_what_cannot_be_read_is_refused_with_a_remedy():
    unknown = msgspec.msgpack.encode({"type": "dance", "id": "7", "reply_to": "sfu:reply:7"})
    taken = Intake().take(unknown, 0.0)
    assert isinstance(taken, tuple)
    reply, reply_to = taken
    assert isinstance(reply, Refused)
    assert (reply.id, reply.code, reply_to) == ("7", "bad_command", "sfu:reply:7")
    assert "same version" in reply.text


def test_an_unknown_field_is_refused():
    item = msgspec.msgpack.encode(msgspec.to_builtins(LEAVE) | {"role": "teacher"})
    taken = Intake().take(item, 0.0)
    assert isinstance(taken, tuple)
    assert isinstance(taken[0], Refused)


def test_replies_go_to_reply_keys_only():
    intake = Intake()
    astray = Drain(id="1", reply_to="sfu:workers")
    assert intake.take(encoded(astray), 0.0) is None
    assert intake.take(msgspec.msgpack.encode({"id": "1", "reply_to": "sfu:workers"}), 0.0) is None
    assert intake.dropped.total() == 2


def test_too_long_a_command_is_dropped():
    intake = Intake()
    assert intake.take(bytes(MAX_BYTES + 1), 0.0) is None
    assert intake.dropped["command_size"] == 1


@given(st.binary(max_size=300))
def test_no_bytes_raise(item: bytes):
    Intake().take(item, 0.0)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8) | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


@given(
    st.dictionaries(
        st.sampled_from(["type", "id", "reply_to", "room", "peer", "epoch", "offer", "x"]), values
    )
)
def test_no_message_of_the_right_shape_raises(message: dict[str, object]):
    Intake().take(msgspec.msgpack.encode(message), 0.0)


def test_deeply_nested_bytes_do_not_raise():
    assert Intake().take(b"\x91" * 100_000, 0.0) is None
