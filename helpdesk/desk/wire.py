"""What agents and supervisors say and see. docs/protocol.md section 8 is the text."""

from typing import Annotated

import msgspec

from helpdesk.wire import NO_NUL, Estimate, FewWords, Text
from signaling.wire import ClientId, Command, Id, Struct

Version = Annotated[int, msgspec.Meta(ge=0)]
"""Of the conversation as it was on the screen: a command that comes late is refused, not carried out on something else."""


class Claim(Command, frozen=True, kw_only=True, tag="desk.claim"):
    """Take a conversation (a supervisor: also from a colleague). Answered with ``Done``; who is late gets ``taken``."""

    conversation: Id
    version: Version


class Transfer(Command, frozen=True, kw_only=True, tag="desk.transfer"):
    """Give it to a colleague or back to the line of a topic, with a note for them. Answered with ``Done``."""

    conversation: Id
    version: Version
    agent: Id | None = None
    topic: Id | None = None
    note: FewWords = ""


class NoteDown(Command, frozen=True, kw_only=True, tag="desk.note"):
    """An internal note; citizens never see it. Answered with ``Sent``."""

    conversation: Id
    client_id: ClientId
    text: Text


class Snooze(Command, frozen=True, kw_only=True, tag="desk.snooze"):
    """Put it away until a time, or until the citizen writes. Answered with ``Done``."""

    conversation: Id
    version: Version
    until: float
    """Unix seconds, at most 30 days ahead."""


class Follow(Command, frozen=True, kw_only=True, tag="desk.follow"):
    """Be, or no longer be, the advisor to whom this person comes first. Answered with ``Done``."""

    conversation: Id
    follow: bool


class SetPaused(Command, frozen=True, kw_only=True, tag="desk.set_paused"):
    """Nothing new is offered to me, or again. Answered with ``Done``."""

    paused: bool


class SaveMacro(Command, frozen=True, kw_only=True, tag="macro.save"):
    """Add or change a prepared answer. Answered with ``SavedMacro``."""

    macro: Id | None = None
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=80, pattern=NO_NUL)]
    text: Text
    topic: Id | None = None


class SavedMacro(Struct, frozen=True, kw_only=True):
    """It is stored."""

    macro: str


class DeleteMacro(Command, frozen=True, kw_only=True, tag="macro.delete"):
    """Remove a prepared answer. Answered with ``Done``."""

    macro: Id


# --- views --------------------------------------------------------------------------------------------------------


class DeskRow(Struct, frozen=True, kw_only=True):
    """One conversation at a glance."""

    number: str
    log_id: str
    version: int
    citizen: str
    """Name, or empty for somebody without one."""
    topic: str
    language: str
    state: str
    excerpt: str = ""
    """Beginning of the last message."""
    since: float
    """Since when the citizen has been waiting for an answer, or of the last event."""
    unanswered: bool = False
    unread: int = 0
    agent: str = ""
    """Who has it: person id."""
    for_me: bool = False
    """I am this person's own advisor."""
    offered: bool = False
    """Rings here now."""
    offered_until: float | None = None
    citizen_presence: str = "gone"
    later: bool = False
    snoozed_until: float | None = None
    helper: bool = False
    """Somebody helps to write."""
    call: str = ""
    """A call is proposed or under way."""


class ColleagueRow(Struct, frozen=True, kw_only=True):
    """One agent of the desk."""

    name: str
    presence: str
    """``here``, ``away``, ``gone``."""
    paused: bool = False
    open: int = 0
    """Conversations that she has open."""
    capacity: int = 0
    topics: tuple[str, ...] = ()


class DeskTopicRow(Struct, frozen=True, kw_only=True):
    """One topic of the desk."""

    name: str
    position: int
    open: bool
    until: float | None = None
    next: float | None = None
    mine: bool = False


class DeskView(Struct, frozen=True, kw_only=True):
    """The view ``desk`` of an agent or a supervisor."""

    me: str
    name: str
    role: str
    """``agent`` or ``supervisor``."""
    paused: bool = False
    capacity: int = 0
    mine: dict[str, DeskRow] = {}
    """Open, snoozed and just closed ones of mine."""
    line: dict[str, DeskRow] = {}
    """Those that wait, of my topics; a supervisor sees all. In order of ``rank``."""
    ranks: dict[str, int] = {}
    colleagues: dict[str, ColleagueRow] = {}
    topics: dict[str, DeskTopicRow] = {}


class MacroRow(Struct, frozen=True, kw_only=True):
    """A prepared answer."""

    title: str
    text: str
    topic: str = ""


class MacrosView(Struct, frozen=True, kw_only=True):
    """The view ``macros``."""

    macros: dict[str, MacroRow] = {}


class SupervisedTopic(Struct, frozen=True, kw_only=True):
    """How one topic does."""

    name: str
    open: bool
    waiting: int = 0
    longest_since: float | None = None
    """Of those who wait, since when the first one has."""
    agents_here: int = 0
    estimate: Estimate | None = None
    answered_today: int = 0
    given_up_today: int = 0


class SupervisionView(Struct, frozen=True, kw_only=True):
    """The view ``supervision``: queue and desk as they are now. It ranks nobody."""

    topics: dict[str, SupervisedTopic] = {}
    colleagues: dict[str, ColleagueRow] = {}
    conversations: dict[str, DeskRow] = {}
    """All that wait, are open or snoozed."""
