"""What is measured, each a Locust request of its own. Names only: both the asyncio and the gevent side read them."""

from collections.abc import Collection
from enum import StrEnum


class Step(StrEnum):
    """What is measured and checked; ``UNITS`` names the units of those that are no milliseconds."""

    SIGN_IN = "sign-in"
    """A personal link's secret, or a guest's coming in, to a login and the first view."""
    PRESENCE = "presence"
    """A volunteer's or an agent's connection to her own name shown as here."""
    RECONNECT = "reconnect"
    """A connection lost until another one shows everything that was open, up to date."""

    # --- in the classroom
    PHOTO = "photo"
    """A pupil's photo, sent to its acknowledgement."""
    PHOTO_SEEN = "photo seen"
    """The volunteer's page asks for it to its last octet."""
    QUESTION = "question"
    """Ask to its acknowledgement."""
    RING = "question to ring"
    """The server's time of the question to its ringing on the screen of a volunteer who was free before."""
    ACCEPT = "ring to accept"
    """Ringing on the screen to the acknowledgement of Accept, pressed at once."""
    TAKEN = "question to accept"
    """The pupil's or the citizen's way through the line."""
    NOTE = "two lines"
    """The volunteer's note to its acknowledgement."""

    # --- in a call
    JOIN = "join"
    """Offer sent to SRTP keys: signaling, SFU, ICE and DTLS."""
    FIRST_PACKET = "accept to first packet"
    """Accept pressed to the first media of the other."""
    FIRST_KEYFRAME = "first keyframe"
    """Accept pressed (by the other: shown) to a whole picture that can be decoded."""
    NAME = "name beside the picture"
    """Accept pressed (by the other: shown) to the other's name in the camera slot of the view."""
    RIGHT_PERSON = "right person"
    """Frames by stamps of somebody else than the one who is shown; one fails it."""
    DELAY = "one-way delay"
    """Median of a call's frames, by the stamps they carry."""
    JITTER = "jitter"
    """Of the voice, RFC 3550 A.8, at the end of a call."""
    LOSS = "loss"
    """Packets that did not arrive at first, of a thousand; a jump fails it too."""
    DECODING = "decoding"
    """Frames that libvpx decoded, in the calls where that is tried; one that it refuses fails it."""
    HANG_UP = "hang-up"
    """Pressed to the call shown as ended and the person back where she was."""
    HANG_UP_SCREEN = "hang-up to the other's screen"

    # --- in writing
    CHAT_ACKNOWLEDGEMENT = "chat acknowledgement"
    """Send pressed to the acknowledgement after the commit, however often it was sent."""
    CHAT_SCREEN = "chat to the other's screen"

    # --- at the help desk
    LOADER = "loader"
    """The administration's page fetches the loader of the help."""
    HELP_PAGE = "help page"
    """The help is opened: its page, the scripts and styles it names, and the welcome."""
    SUBMIT = "question in line"
    """A citizen's first words to their acknowledgement."""
    OFFER = "line to ring"
    """The citizen's pressing Send to its ringing on the screen of an agent who had nothing else to do."""
    CLAIM = "ring to claim"
    """Ringing on the agent's screen to the acknowledgement of taking it, pressed at once."""
    INVITE = "invitation"
    """A citizen asks somebody to help, to the link on the screen."""
    HELPER_HERE = "helper here"
    """The helper's coming in to her name on the citizen's screen."""
    DRAFT_SCREEN = "draft to the citizen's screen"
    """What a helper writes, shown before it is sent."""
    PROPOSAL = "video proposed to ring"
    """The server's time of the citizen's wish to go over to video, to its ringing on the agent's screen."""
    CLOSING = "conversation closed"
    """Pressed to both the state and the question how it was on the citizen's screen."""


UNITS = {Step.LOSS: "per mille", Step.RIGHT_PERSON: "frames", Step.DECODING: "frames"}


def unit(step: str) -> str:
    """Give the unit of a step's value."""
    return UNITS.get(Step(step), "ms") if step in set(Step) else "ms"


_IN_A_CALL = {
    *(Step.JOIN, Step.FIRST_KEYFRAME, Step.NAME, Step.RIGHT_PERSON, Step.DELAY, Step.JITTER, Step.LOSS),
}
_IN_WRITING = {Step.CHAT_ACKNOWLEDGEMENT, Step.CHAT_SCREEN}

NEEDED: dict[str, frozenset[Step]] = {
    "pupil": frozenset({Step.SIGN_IN, Step.PHOTO, Step.QUESTION, Step.TAKEN, *_IN_A_CALL, *_IN_WRITING}),
    "volunteer": frozenset(
        {
            *(Step.SIGN_IN, Step.PRESENCE, Step.PHOTO_SEEN, Step.ACCEPT, Step.FIRST_PACKET, Step.NOTE),
            *_IN_A_CALL,
            *_IN_WRITING,
        }
    ),
    "citizen": frozenset(
        {Step.SIGN_IN, Step.SUBMIT, Step.TAKEN, Step.CLOSING, *_IN_A_CALL, *_IN_WRITING},
    ),
    "agent": frozenset(
        {Step.SIGN_IN, Step.PRESENCE, Step.CLAIM, Step.PROPOSAL, Step.FIRST_PACKET, *_IN_A_CALL, *_IN_WRITING}
    ),
    "visitor": frozenset({Step.LOADER}),
}
"""Role to the steps without which it did not do what it is there for. ``RING`` needs somebody who was free when the
question came; a helper somebody who invites him."""
CONNECTED = ("pupil", "volunteer", "citizen", "agent")
"""Who comes back when the web processes were started again."""


def needed(roles: Collection[str], *, storm: bool) -> dict[str, frozenset[Step]]:
    """Give the steps that a run with these roles has to reach, by role; "" stands for anybody.

    Args:
        roles: Who comes.
        storm: The web processes are started again in the middle.
    """
    found = {role: NEEDED[role] for role in roles if role in NEEDED}
    if "pupil" in roles:  # one of the two hangs up
        found[""] = frozenset({Step.HANG_UP, Step.HANG_UP_SCREEN, Step.DECODING})
    if storm:
        found |= {role: found[role] | {Step.RECONNECT} for role in roles if role in CONNECTED}
    return found
