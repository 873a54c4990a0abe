"""Messages and views of the classroom."""

from typing import Annotated

import msgspec

from signaling.wire import ClientId, Command, Id, Struct

NO_NUL = r"^[^\x00]*$"
"""PostgreSQL cannot store the character, and no keyboard writes it."""
Words = Annotated[str, msgspec.Meta(max_length=500, pattern=NO_NUL)]
Note = Annotated[str, msgspec.Meta(max_length=400, pattern=NO_NUL)]
ChatText = Annotated[str, msgspec.Meta(min_length=1, max_length=2000, pattern=NO_NUL)]
SUBJECTS = ("french", "maths", "history", "english", "science", "other")
Subject = Annotated[str, msgspec.Meta(pattern="^(" + "|".join(SUBJECTS) + ")$")]


# --- a pupil ------------------------------------------------------------------------------------------------------


class Ask(Command, frozen=True, kw_only=True, tag="question.ask"):
    """Ask a question: one open at a time. Answered with ``Asked``."""

    client_id: ClientId
    subject: Subject
    words: Words = ""
    photo: Id | None = None
    """A photo that this pupil sent before."""
    volunteer: Id | None = None
    """Ring first at this one."""


class Asked(Struct, frozen=True, kw_only=True):
    """The question is stored and in line."""

    question: str
    call: str


class ChangeQuestion(Command, frozen=True, kw_only=True, tag="question.change"):
    """Other words or photo while it waits; the place is kept."""

    question: Id
    words: Words
    photo: Id | None = None


class Cancel(Command, frozen=True, kw_only=True, tag="question.cancel"):
    """Take the question back. Cancelling twice is answered the same."""

    question: Id


class Checked(Command, frozen=True, kw_only=True, tag="pupil.checked"):
    """The device check was passed (sound heard, microphone or chat only)."""

    camera: bool
    microphone: bool


# --- a volunteer ------------------------------------------------------------------------------------------------


class SetFree(Command, frozen=True, kw_only=True, tag="volunteer.set_free"):
    """Ring me, or let me rest."""

    free: bool


class WriteNote(Command, frozen=True, kw_only=True, tag="lesson.write_note"):
    """Two lines about a lesson, shown next time beside the pupil's name."""

    lesson: Id
    text: Note


# --- both, in a lesson --------------------------------------------------------------------------------------------


class Say(Command, frozen=True, kw_only=True, tag="lesson.say"):
    """Write in the lesson's chat. Answered with ``Said`` after the commit."""

    lesson: Id
    client_id: ClientId
    text: ChatText


class Said(Struct, frozen=True, kw_only=True):
    """Where the message stands in the lesson's log."""

    seq: int
    at: float


# --- views ----------------------------------------------------------------------------------------------------------


class Hours(Struct, frozen=True, kw_only=True):
    """Opening hours as they matter now."""

    open: bool
    until: float | None = None
    """When open: closing time, Unix seconds; absent when open all day."""
    next: float | None = None
    """When closed: next opening, Unix seconds."""


class Familiarity(Struct, frozen=True, kw_only=True):
    """What this volunteer and this pupil share."""

    lessons: int
    last_at: float
    last_subject: str = ""
    note: str = ""
    """The volunteer's own two lines of the last lesson."""


class PupilRow(Struct, frozen=True, kw_only=True):
    """One enrolled pupil on the volunteer's main screen."""

    name: str
    """First name and initial."""
    level: str = ""
    """School class, as the family says it: ``6e``, ``CM2``."""
    presence: str
    """``here``, ``away``, ``lesson``, ``gone``."""
    last_seen: float | None = None
    """Unix seconds, when gone."""
    with_name: str = ""
    """In a lesson: with whom."""
    question: str = ""
    """Id in ``line`` when this pupil has one open."""
    familiarity: Familiarity | None = None


class VolunteerRow(Struct, frozen=True, kw_only=True):
    """One volunteer."""

    name: str
    presence: str
    """``here``, ``away``, ``lesson``, ``resting``, ``gone``."""
    with_name: str = ""
    knows_me: int = 0
    """In a pupil's view: lessons together."""


class LineRow(Struct, frozen=True, kw_only=True):
    """One open question."""

    call: str
    pupil: str
    rank: int
    """1 is next."""
    subject: str
    words: str = ""
    photo: str = ""
    """File id."""
    asked_at: float
    lessons_today: int
    """Why the line is in this order: fewest lessons today, then longest wait."""
    for_me: bool = False
    """The pupil asked for this volunteer."""
    ringing: bool = False
    """Rings here now."""
    ring_until: float | None = None
    callback_at: float | None = None
    """I said "in five minutes": when it rings again."""
    here: bool = True
    """The pupil's page is open."""
    taken_by: str = ""
    """Name of the volunteer who is with her; the row stays for some seconds so that others read it."""


class UnfinishedNote(Struct, frozen=True, kw_only=True):
    """A lesson that just ended and has no note yet."""

    lesson: str
    pupil_name: str
    ended_at: float


class VolunteerView(Struct, frozen=True, kw_only=True):
    """The view ``classroom`` of a volunteer or a coordinator."""

    me: str
    name: str
    role: str
    """``volunteer`` or ``coordinator``."""
    hours: Hours
    may_take: str = ""
    """Empty, or the code of what forbids this volunteer to take a question (``not_vetted``, ``closed_now``)."""
    free: bool = True
    """Rings; false while resting."""
    pupils: dict[str, PupilRow] = {}
    volunteers: dict[str, VolunteerRow] = {}
    line: dict[str, LineRow] = {}
    """By question id."""
    lesson: str = ""
    """Lesson in which this volunteer is."""
    call: str = ""
    note_wanted: UnfinishedNote | None = None


class MyQuestion(Struct, frozen=True, kw_only=True):
    """The pupil's open question."""

    id: str
    call: str
    subject: str
    words: str = ""
    photo: str = ""
    asked_at: float
    ahead: int
    """Questions before this one."""
    state: str
    """``waiting``, ``ringing``, ``nobody_yet`` (rang and nobody took it), ``promised``, ``taken``."""
    promised_by: str = ""
    promised_at: float | None = None
    ringing_for: str = ""
    """Name of the volunteer asked for, while only she is rung."""


class PupilView(Struct, frozen=True, kw_only=True):
    """The view ``classroom`` of a pupil."""

    me: str
    name: str
    hours: Hours
    may_ask: str = ""
    """Empty, or the code of what forbids asking (``no_consent``, ``not_enrolled``, ``closed_now``)."""
    checked: bool = False
    """The device check was passed on this login."""
    volunteers: dict[str, VolunteerRow] = {}
    """Those who are here or in a lesson."""
    question: MyQuestion | None = None
    lesson: str = ""
    call: str = ""
    lessons: int = 0
    """Had so far."""
    last_with: str = ""
    """Name of the volunteer of the last lesson."""


class LessonView(Struct, frozen=True, kw_only=True):
    """The view ``lesson:{id}``, for its two persons and a coordinator."""

    lesson: str
    call: str
    """The call that carries it."""
    log_id: str
    pupil_name: str
    pupil_id: str
    volunteer_name: str
    volunteer_id: str
    subject: str
    words: str = ""
    photo: str = ""
    started_at: float
    ended_at: float | None = None
    familiarity: Familiarity | None = None
    """For the volunteer only."""
