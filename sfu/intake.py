"""What comes out of the command list: decoded, refused or recognised as a repeat. No I/O.

Bytes in the list are as trustworthy as Redis is, that is not entirely: whatever cannot be read is counted, and
refused where it names an id and a place for the answer.
"""

from collections import Counter, OrderedDict

import msgspec

from sfu.control import AnyCommand, AnyReply, Refused

MAX_BYTES = 256 * 1024
REMEMBERED = 1000
REMEMBERED_S = 60.0
REPLY_PREFIX = "sfu:reply:"


class _Envelope(msgspec.Struct):
    """What a refusal needs of a command that cannot be read."""

    id: str
    reply_to: str


class Intake:
    """Decoder and memory of replies."""

    def __init__(self) -> None:
        self.dropped: Counter[str] = Counter()
        self._decode = msgspec.msgpack.Decoder(AnyCommand).decode
        self._decode_envelope = msgspec.msgpack.Decoder(_Envelope).decode
        self._replies: OrderedDict[str, tuple[float, AnyReply]] = OrderedDict()

    def take(self, item: bytes, now: float) -> AnyCommand | tuple[AnyReply, str] | None:
        """Read one item of the list.

        Args:
            item: One msgpack message.
            now: Monotonic seconds.

        Returns:
            The command to carry out; or a reply and the key it goes to, for a repeat or a refusal; or None for
            what cannot be answered.
        """
        if len(item) > MAX_BYTES:
            self.dropped["command_size"] += 1
            return None
        try:
            command: AnyCommand = self._decode(item)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return self._refuse(item, str(error))
        if not command.reply_to.startswith(REPLY_PREFIX):
            self.dropped["command_reply_to"] += 1
            return None
        self._forget(now)
        known = self._replies.get(command.id)
        return (known[1], command.reply_to) if known else command

    def remember(self, reply: AnyReply, now: float) -> None:
        """Keep a reply for repeats of its command."""
        self._replies[reply.id] = (now + REMEMBERED_S, reply)
        self._forget(now)

    def _refuse(self, item: bytes, why: str) -> tuple[AnyReply, str] | None:
        self.dropped["command_unreadable"] += 1
        try:
            envelope = self._decode_envelope(item)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        if not envelope.reply_to.startswith(REPLY_PREFIX):
            return None
        text = f"This worker cannot read the command ({why}): run the same version on both sides."
        return Refused(id=envelope.id, code="bad_command", text=text), envelope.reply_to

    def _forget(self, now: float) -> None:
        while self._replies:
            expires, _ = next(iter(self._replies.values()))
            if expires > now and len(self._replies) <= REMEMBERED:
                return
            self._replies.popitem(last=False)
