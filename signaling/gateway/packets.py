"""Socket.IO packets in msgpack, bounded: the form that python-socketio takes as its ``serializer``.

A packet of a browser is opened only as far as its envelope; the command inside stays bytes until `dispatch` decodes
it. Whatever is not a connection request, a command or a farewell is read as a farewell: the connection ends.
Source: Socket.IO protocol, revision 5, with the envelope of socket.io-msgpack-parser.
"""

import json
from types import ModuleType
from typing import Any, ClassVar, Literal

import msgspec

CONNECT, DISCONNECT, EVENT = 0, 1, 2
NIL = msgspec.Raw(b"\xc0")


class _Envelope(msgspec.Struct):
    type: int
    nsp: str
    data: msgspec.Raw = NIL
    id: int | None = None


class Handshake(msgspec.Struct):
    """What a browser sends to connect; python-socketio hands it to the connect handler."""

    login: str
    secret: str = ""
    """Of the login, when the page keeps it; otherwise it is in the cookie."""


_envelope = msgspec.msgpack.Decoder(_Envelope)
_handshake = msgspec.msgpack.Decoder(Handshake)
_event = msgspec.msgpack.Decoder(tuple[Literal["command"], msgspec.Raw])


class Packet:
    """One packet, with the attributes that python-socketio reads."""

    uses_binary_events: ClassVar[bool] = False
    json: ClassVar[ModuleType] = json
    """Read by python-socketio, used by nobody here."""

    def __init__(
        self,
        packet_type: int = EVENT,
        data: Any = None,  # noqa: ANN401 - what is to be encoded
        namespace: str | None = None,
        id: int | None = None,  # noqa: A002 - python-socketio's name
        binary: bool | None = None,  # noqa: FBT001 - the same
        encoded_packet: bytes | None = None,
    ) -> None:
        self.packet_type = packet_type
        self.data = data
        self.namespace = namespace
        self.id = id
        if encoded_packet is not None:
            self._decode(encoded_packet)

    def encode(self) -> bytes:
        """Return the bytes; structs are encoded as they are."""
        envelope = {"type": self.packet_type, "nsp": self.namespace or "/"}
        if self.data is not None:
            envelope["data"] = self.data
        if self.id is not None:
            envelope["id"] = self.id
        return msgspec.msgpack.encode(envelope)

    def _decode(self, encoded: bytes) -> None:
        self.packet_type, self.namespace, self.id, self.data = DISCONNECT, "/", None, None
        try:
            envelope = _envelope.decode(encoded)
            if envelope.nsp != "/":
                return
            if envelope.type == CONNECT:
                self.data = _handshake.decode(envelope.data)
            elif envelope.type == EVENT:
                name, command = _event.decode(envelope.data)
                self.data = [name, bytes(command)]
            else:
                return
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return
        self.packet_type, self.id = envelope.type, envelope.id
