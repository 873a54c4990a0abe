"""From bytes to a handler: what is refused, and how failures are named."""

import logging

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.exceptions import ConnectionError as RedisAway

from signaling.calls.wire import HangUp, Join
from signaling.errors import Refusal
from signaling.gateway.dispatch import MESSAGE_MOST, Dispatcher, failure_of
from signaling.gateway.privacy import PrivateFormatter, frames_of
from signaling.identity.service import Login, Person
from signaling.wire import Code, Done, SetPresence
from tests.support.notebook import Fail, Write, Written

LOGIN = Login(id="handle", person=Person(id="p", app="notebook", role="pupil", name="Aya", language="fr"))


async def write(login, command):
    return Written(seq=7)


async def fail(login, command):
    raise ZeroDivisionError(command.text)


async def nothing(login, command):
    return None


async def closed(login, command):
    raise Refusal(Code.CLOSED_NOW, "open at five")


DISPATCHER = Dispatcher({Write: write, Fail: fail, SetPresence: nothing, HangUp: closed, Join: nothing})


def packed(**fields):
    return msgspec.msgpack.encode(fields)


async def test_a_command_reaches_its_handler():
    command = DISPATCHER.decode(packed(type="note.write", client_id="client-id-1", text="é"))
    assert command == Write(client_id="client-id-1", text="é")
    assert (await DISPATCHER.carry_out(LOGIN, command)).ok == Written(seq=7)


async def test_a_handler_that_tells_nothing_is_answered_with_done():
    assert (await DISPATCHER.carry_out(LOGIN, SetPresence(visible=True))).ok == Done()


DEEP = b"\x91" * 100_000 + b"\x90"


@pytest.mark.parametrize(
    "raw",
    [
        packed(type="note.write", client_id="client-id-1", text="x", extra=1),
        packed(type="note.write", client_id="client-id-1"),
        packed(type="note.write", client_id="short", text="x"),
        packed(type="note.write", client_id="client-id-1", text=5),
        packed(type="note.write", client_id="client-id-1", text="x" * 501),
        packed(type="presence.set", visible=1),
        packed(type="nothing.like_it"),
        packed(text="no type"),
        msgspec.msgpack.encode(["a", "list"]),
        b"",
        b"\xc1",
        DEEP,
        b"\x82\xa1x" + DEEP + b"\xa4type\xaanote.write",
        b"\x82\xa4type\xaanote.write\xa4text" + DEEP,
        b"\x82\xa4type\xaanote.write\xa4text\xa2\xff\xff",
        b"\xdf\xff\xff\xff\xff",
    ],
)
def test_what_is_no_message_of_the_protocol_is_refused(raw):
    with pytest.raises(Refusal) as refused:
        DISPATCHER.decode(raw)
    assert refused.value.code is Code.BAD_MESSAGE
    assert len(refused.value.text) <= 200


def test_a_giant_message_is_refused_before_it_is_looked_at():
    with pytest.raises(Refusal) as refused:
        DISPATCHER.decode(b"\xc1" * (MESSAGE_MOST + 1))
    assert refused.value.code is Code.TOO_LARGE


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail_otherwise(raw):
    try:
        DISPATCHER.decode(raw)
    except Refusal as refusal:
        assert refusal.code is Code.BAD_MESSAGE  # noqa: PT017 - decoding may succeed


async def test_a_refusal_keeps_its_code():
    answer = await DISPATCHER.carry_out(LOGIN, HangUp(call="c"))
    assert answer.ok is None
    assert answer.error is not None
    assert (answer.error.code, answer.error.text) == (Code.CLOSED_NOW, "open at five")


async def test_a_fault_of_ours_is_internal_and_logged_without_what_was_written(caplog):
    answer = await DISPATCHER.carry_out(LOGIN, Fail(text="Aya, 14 rue Sainte"))
    assert answer.error is not None
    assert (answer.error.code, answer.error.text) == (Code.INTERNAL, "")
    assert "ZeroDivisionError" in caplog.text
    assert "test_dispatch.py" in caplog.text
    assert "Sainte" not in caplog.text


@pytest.mark.parametrize("error", [RedisAway("no"), ConnectionRefusedError(), TimeoutError()])
def test_parts_that_are_away_are_unavailable(error):
    assert failure_of(error).code is Code.UNAVAILABLE


def misread(people):
    try:
        people["Aya"]
    except KeyError as error:
        raise ValueError("Bao") from error


def test_logged_exceptions_show_class_and_place_of_all_causes_and_no_text():
    with pytest.raises(ValueError, match="Bao") as raised:
        misread({})
    text = frames_of(raised.value)
    failed = (ValueError, raised.value, None)
    record = logging.LogRecord("x", logging.ERROR, "", 0, "failed", None, failed)
    assert "ValueError at test_dispatch.py:" in text
    assert "; from KeyError at test_dispatch.py:" in text
    assert "Aya" not in text
    assert "Bao" not in text
    assert PrivateFormatter("%(message)s").format(record) == f"failed\n{text}"
