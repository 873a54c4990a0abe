"""From bytes to a handler and back to an answer: the one place that decodes commands and names failures.

Commands are decoded once, straight from msgpack into the tagged union of all that this app's people may ask.
Nothing outside of the schema is ever built: an unknown field ends the decoding at its name, a wrong type at its
first byte, so what a message may hold in depth and in number is what its struct may hold.
"""

import logging
from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

import msgspec
from redis.exceptions import RedisError

from signaling.errors import Refusal
from signaling.gateway.privacy import frames_of
from signaling.identity.service import Login
from signaling.parts import Handler
from signaling.wire import Answer, Code, Command, Done, Failure

MESSAGE_MOST = 160_000
"""Bytes of a message from a browser; an offer is the largest."""
TEXT_MOST = 200

logger = logging.getLogger(__name__)


def failure_of(error: Exception) -> Failure:
    """Return what a client is told of an exception. Those that are not expected are logged, without their text."""
    match error:
        case Refusal():
            return Failure(code=error.code, text=error.text)
        case (
            msgspec.DecodeError() | RecursionError() | UnicodeDecodeError()
        ):  # ValidationError is one of the first
            return Failure(code=Code.BAD_MESSAGE, text=str(error)[:TEXT_MOST])
        case RedisError() | ConnectionError() | TimeoutError():
            logger.warning("x unavailable: %s", type(error).__name__)
            return Failure(code=Code.UNAVAILABLE, text="a part of the server is away")
        case _:
            logger.error("x internal: %s", frames_of(error))
            return Failure(code=Code.INTERNAL, text="")


class Dispatcher:
    """The commands of one app's people.

    Args:
        handlers: By command type; types that share a tag are refused here, at the start.
    """

    def __init__(self, handlers: Mapping[type[Command], Handler]) -> None:
        self._handlers = dict(handlers)
        self._decoder: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(reduce(or_, handlers))

    def decode(self, raw: bytes | memoryview) -> Command:
        """Return the command in these bytes.

        Raises:
            Refusal: ``BAD_MESSAGE`` or ``TOO_LARGE``.
        """
        if len(raw) > MESSAGE_MOST:
            raise Refusal(Code.TOO_LARGE, f"a message has at most {MESSAGE_MOST} bytes")
        try:
            command: Command = self._decoder.decode(raw)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise Refusal(Code.BAD_MESSAGE, str(error)[:TEXT_MOST]) from error
        return command

    async def carry_out(self, login: Login, command: Command) -> Answer:
        """Carry a command out and return its acknowledgement. Never raises, except when cancelled."""
        try:
            done = await self._handlers[type(command)](login, command)
        except Exception as error:  # noqa: BLE001 - the one map from exceptions to codes
            return Answer(error=failure_of(error))
        return Answer(ok=Done() if done is None else done)
