"""What citizens and their helpers say and see. docs/protocol.md section 8 is the text; ``desk.wire`` is the agents'."""

from typing import Annotated

import msgspec

from signaling.wire import ClientId, Command, Id, Struct

NO_NUL = r"^[^\x00]*$"
"""PostgreSQL cannot store the character, and no keyboard writes it."""
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=4000, pattern=r"^(?=[^\x00]*\S)[^\x00]*$")]
"""More than blanks."""
Draft = Annotated[str, msgspec.Meta(max_length=4000, pattern=NO_NUL)]
FewWords = Annotated[str, msgspec.Meta(max_length=1000, pattern=NO_NUL)]
Label = Annotated[str, msgspec.Meta(max_length=80, pattern=NO_NUL)]
Language = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2}\Z")]
PageUrl = Annotated[str, msgspec.Meta(max_length=300, pattern=r"^(https?://[^?#\s\x00]+)?\Z")]
"""Without query and fragment: they may hold what is nobody's business."""
Seq = Annotated[int, msgspec.Meta(ge=0)]


# --- a citizen ----------------------------------------------------------------------------------------------------


class StartConversation(Command, frozen=True, kw_only=True, tag="conversation.start"):
    """Open a draft: a helper may be invited before anything is sent. Answered with ``Started``."""

    client_id: ClientId
    language: Language
    page_title: Label = ""
    page_url: PageUrl = ""
    """The page on which the help was opened."""


class Started(Struct, frozen=True, kw_only=True):
    """The conversation exists."""

    conversation: str
    number: str
    """For the person: ``4821-7730``."""
    log_id: str


class Submit(Command, frozen=True, kw_only=True, tag="conversation.submit"):
    """Put the draft in line; the words become its first message. Answered with ``Sent``."""

    conversation: Id
    client_id: ClientId
    topic: Id
    words: Text
    name: Label = ""
    """How the person wants to be called."""
    helper: Id | None = None
    """Who wrote these words, when it was somebody else."""


class Send(Command, frozen=True, kw_only=True, tag="conversation.send"):
    """Write; on a closed conversation this opens it again. Answered with ``Sent`` after the commit."""

    conversation: Id
    client_id: ClientId
    text: Text
    seen: Seq | None = None
    """An agent's last seq on the screen: when another agent wrote meanwhile the answer is ``stale``."""


class Sent(Struct, frozen=True, kw_only=True):
    """Where the message stands in the log; its receipt is ``{number}-{seq}``."""

    seq: int
    at: float


class Attach(Command, frozen=True, kw_only=True, tag="conversation.attach"):
    """Send a document that was uploaded before. Answered with ``Sent``."""

    conversation: Id
    client_id: ClientId
    file: Id


class Mark(Command, frozen=True, kw_only=True, tag="conversation.mark"):
    """My watermarks: what arrived here, and what was on the screen. They only go up. Answered with ``Done``."""

    conversation: Id
    delivered: Seq
    read: Seq


class AnswerLater(Command, frozen=True, kw_only=True, tag="conversation.later"):
    """I leave; the place is kept, the answer comes in this thread with a notice. Answered with ``Done``."""

    conversation: Id
    later: bool


class CloseConversation(Command, frozen=True, kw_only=True, tag="conversation.close"):
    """It is settled, or taken back. Answered with ``Done``."""

    conversation: Id


class Rate(Command, frozen=True, kw_only=True, tag="conversation.rate"):
    """How it was, in one tap: 1 no, 2 partly, 3 yes. Answered with ``Done``."""

    conversation: Id
    rating: Annotated[int, msgspec.Meta(ge=1, le=3)]
    words: FewWords = ""


class MailTranscript(Command, frozen=True, kw_only=True, tag="conversation.mail_transcript"):
    """Mail me a link to this conversation, to the address of ``notice.set_mail``. Answered with ``Done``."""

    conversation: Id


class MakeCode(Command, frozen=True, kw_only=True, tag="citizen.make_code"):
    """A short code to go on with on another device. Answered with ``MadeCode``."""


class MadeCode(Struct, frozen=True, kw_only=True):
    """Opens one login, once."""

    code: str
    expires_at: float


class ProposeCall(Command, frozen=True, kw_only=True, tag="conversation.propose_call"):
    """Ask the other side to go over to video; accepted by ``call.accept``. Answered with ``Proposed``."""

    conversation: Id


class Proposed(Struct, frozen=True, kw_only=True):
    """It rings at the other side."""

    call: str


class DeclineCall(Command, frozen=True, kw_only=True, tag="conversation.decline_call"):
    """No, or take my proposal back: the chat goes on. Answered with ``Done``."""

    conversation: Id
    call: Id


# --- somebody helps to write --------------------------------------------------------------------------------------


class Invite(Command, frozen=True, kw_only=True, tag="helper.invite"):
    """The citizen asks somebody to write with them; said again, it renews link and code. Answered with ``Invited``."""

    conversation: Id
    name: Label


class Invited(Struct, frozen=True, kw_only=True):
    """Either way in, once told."""

    helper: str
    """Person id."""
    path: str
    """``/entrer#SECRET``."""
    expires_at: float
    """Of the link; both end when the helper has come."""
    code: str
    """To say aloud."""
    code_expires_at: float


class JoinHelp(Command, frozen=True, kw_only=True, tag="helper.join"):
    """The helper is here, under this name; sees what comes from now on. Answered with ``Done``."""

    conversation: Id
    name: Label


class AllowHelper(Command, frozen=True, kw_only=True, tag="helper.allow"):
    """The citizen lets the helper press Send, or no longer. Answered with ``Done``."""

    conversation: Id
    helper: Id
    may_send: bool


class EndHelp(Command, frozen=True, kw_only=True, tag="helper.end"):
    """The citizen ends the help or takes the invitation back, at once; or the helper leaves. Answered with ``Done``."""

    conversation: Id
    helper: Id


class SendDraft(Command, frozen=True, kw_only=True, tag="helper.send_draft"):
    """The citizen sends what the helper wrote, as it stood on the screen. Answered with ``Sent``."""

    conversation: Id
    client_id: ClientId
    helper: Id
    text: Text


class SetTyping(Command, frozen=True, kw_only=True, tag="writing.typing"):
    """I am writing, or I stopped. Not in the log; forgotten after some seconds. Answered with ``Done``."""

    conversation: Id
    typing: bool


class SetDraft(Command, frozen=True, kw_only=True, tag="writing.draft"):
    """What the helper has written so far, for the citizen's eyes. Not in the log. Answered with ``Done``."""

    conversation: Id
    text: Draft


class SetViewing(Command, frozen=True, kw_only=True, tag="writing.viewing"):
    """An agent has this conversation on the screen (repeated every 15 s), or no longer. Answered with ``Done``."""

    conversation: Id
    viewing: bool


# --- views --------------------------------------------------------------------------------------------------------


class Estimate(Struct, frozen=True, kw_only=True):
    """What waiting was like lately: half of the last ``sample`` people waited at most ``usual_s``, nine in ten ``long_s``."""

    usual_s: float
    long_s: float
    sample: int


class TopicRow(Struct, frozen=True, kw_only=True):
    """A topic, as it stands now."""

    name: str
    """In the person's language."""
    position: int
    open: bool
    until: float | None = None
    """When open: closing time, Unix seconds."""
    next: float | None = None
    """When closed: next opening."""
    live: bool = False
    """Open, and somebody is there who will answer: a live chat may be offered."""
    waiting: int = 0
    estimate: Estimate | None = None
    """Absent when too few have waited lately to tell."""


class ThreadRow(Struct, frozen=True, kw_only=True):
    """One of the person's conversations."""

    number: str
    log_id: str
    topic_name: str = ""
    state: str
    last_at: float
    unread: bool = False


class Welcome(Struct, frozen=True, kw_only=True):
    """``GET /api/helpdesk/welcome?language=fr``: what is told to somebody before anything is known of them."""

    service: str
    """Name of the administration."""
    topics: dict[str, TopicRow] = {}
    scanned: bool = False
    """Documents are checked for viruses."""
    mail: bool = False
    """Notices by mail can be sent from here."""


class HelpView(Struct, frozen=True, kw_only=True):
    """The view ``help`` of a citizen or a helper: where to begin, and where to go on."""

    me: str
    name: str = ""
    role: str
    """``citizen`` or ``helper``."""
    language: str
    service: str
    """Name of the administration."""
    topics: dict[str, TopicRow] = {}
    conversations: dict[str, ThreadRow] = {}
    mail: bool = False
    """Notices by mail can be sent from here."""
    push_key: str = ""
    """Public VAPID key, base64url; empty: no push."""
    ways: tuple[str, ...] = ()
    """How this person can be told of an answer: ``mail``, ``push``."""
    scanned: bool = False
    """Documents are checked for viruses."""


class ParticipantRow(Struct, frozen=True, kw_only=True):
    """Somebody who takes, took or may take part."""

    name: str
    role: str
    """``citizen``, ``helper`` or ``agent``."""
    presence: str = "gone"
    """``here``, ``away``, ``gone``."""
    delivered: int = 0
    read: int = 0
    may_send: bool = False
    """Of a helper: the citizen lets her press Send."""
    invited: bool = False
    """Of a helper: has not come yet."""
    left: bool = False
    """Was here; what she wrote keeps her name."""


class Waiting(Struct, frozen=True, kw_only=True):
    """The truth about waiting."""

    ahead: int
    """People before this one."""
    live: bool
    """Somebody is there who will answer."""
    answers_from: float | None = None
    """When nobody is: next opening, Unix seconds."""
    estimate: Estimate | None = None
    first_for: str = ""
    """Name of the person's own advisor, while it is kept for her."""
    first_until: float | None = None
    """Until when; then anybody may answer."""
    absent: str = ""
    """Name of the person's own advisor, who is not here: a colleague will answer."""


class ConversationView(Struct, frozen=True, kw_only=True):
    """The view ``conversation:{id}``, for everybody in it and the agents of its topic."""

    conversation: str
    number: str
    log_id: str
    after: int = 0
    """The log is read from here on: a helper sees what came after she did."""
    desk_log: str = ""
    """Notes and transfers; for agents only."""
    me: str
    role: str
    """Mine here: ``citizen``, ``helper``, ``agent`` (in it or of its topic), ``supervisor``."""
    state: str
    """``draft``, ``waiting``, ``open``, ``snoozed``, ``closed``, ``reopened``."""
    version: int
    topic: str = ""
    topic_name: str = ""
    language: str
    page_title: str = ""
    page_url: str = ""
    created_at: float
    agent: str = ""
    """Person who has it; empty for nobody."""
    agent_gone_until: float | None = None
    """She dropped out: until when it is kept for her, then it is offered to colleagues."""
    snoozed_until: float | None = None
    people: dict[str, ParticipantRow] = {}
    waiting: Waiting | None = None
    later: bool = False
    """The citizen has left and wants to be told of the answer."""
    call: str = ""
    """A call that is proposed or under way."""
    call_by: str = ""
    """Person who proposed it."""
    documents: dict[str, str] = {}
    """File to state: ``received``, ``scanning``, ``clean``, ``infected``, ``error``, ``not_scanned``."""
    rating: int = 0
    follows: str = ""
    """For agents: the person's own advisor; empty for none."""
    former: dict[str, ThreadRow] = {}
    """For agents: the person's other conversations that this agent may open, the latest 20."""


class WritingRow(Struct, frozen=True, kw_only=True):
    """What one person is doing at this moment."""

    typing: bool = False
    draft: str = ""
    """Of a helper, for the citizen and herself only."""
    viewing: bool = False
    """An agent who has it on the screen; for agents only."""


class WritingView(Struct, frozen=True, kw_only=True):
    """The view ``writing:{id}``: of this moment, in no log."""

    people: dict[str, WritingRow] = {}
