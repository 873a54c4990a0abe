"""The steps of a call, each a Locust request of its own. Names only: both the asyncio and the gevent side read them."""

from enum import StrEnum


class Step(StrEnum):
    """What is measured and checked. Values are milliseconds, but for ``LOSS``: lost packets of a thousand."""

    SIGN_IN = "sign-in"
    """A personal link's secret to a login and the first classroom view."""
    PRESENCE = "presence"
    """A volunteer's connection to her own name shown as here."""
    QUESTION = "question"
    """Ask to its acknowledgement."""
    RING = "question to ring"
    """The server's time of the question to its ringing on the screen of a volunteer who was free before."""
    ACCEPT = "ring to accept"
    """Ringing on the screen to the acknowledgement of Accept, pressed at once."""
    TAKEN = "question to accept"
    """The pupil's way through the line."""
    JOIN = "join"
    """Offer sent to SRTP keys: signaling, SFU, ICE and DTLS."""
    FIRST_PACKET = "accept to first packet"
    """Accept pressed to the first media of the pupil."""
    FIRST_KEYFRAME = "first keyframe"
    """Accept pressed (pupil: shown) to a whole picture that can be decoded."""
    NAME = "name beside the picture"
    """Accept pressed (pupil: shown) to the other's name in the camera slot of the view."""
    DELAY = "one-way delay"
    """Median of a call's frames, by the stamps they carry."""
    LOSS = "loss"
    """Packets that did not arrive at first, of a thousand; a jump or a start without keyframe fails it too."""
    CHAT_ACKNOWLEDGEMENT = "chat acknowledgement"
    CHAT_SCREEN = "chat to the other's screen"
    HANG_UP = "hang-up"
    """Pressed to the call shown as ended and the person back where she was."""
    HANG_UP_SCREEN = "hang-up to the other's screen"
    NOTE = "two lines"
    """The volunteer's note to its acknowledgement."""


NEEDED = frozenset(Step) - {Step.RING}
"""Steps without which no call took place. ``RING`` needs a volunteer who was free when the question came."""


def unit(step: str) -> str:
    """Give the unit of a step's value."""
    return "per mille" if step == Step.LOSS else "ms"
