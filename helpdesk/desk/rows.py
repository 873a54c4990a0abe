"""From the line and the desk to what one agent sees of them. Pure: data in, rows of the views out."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from helpdesk.desk.wire import ColleagueRow, DeskRow, DeskTopicRow, SupervisedTopic
from helpdesk.line.picture import Picture
from helpdesk.store import Conversation, Participant
from signaling.api import Person


@dataclass(frozen=True, slots=True)
class Around:
    """What belongs to the conversations that are shown, read for all of them at once."""

    citizens: Mapping[str, Person]
    referents: Mapping[str, str]
    """Citizen to own advisor."""
    seats: Mapping[str, Participant]
    """My part in each conversation."""
    helped: Collection[str]
    """Those in which somebody helps to write."""


def desk_row(picture: Picture, found: Conversation, around: Around, me: str) -> DeskRow:
    """One conversation, as this agent sees it."""
    citizen, seat = around.citizens.get(found.citizen), around.seats.get(found.id)
    return DeskRow(
        number=found.number,
        log_id=found.log_id,
        version=found.version,
        citizen=citizen.name if citizen else "",
        topic=found.topic,
        language=found.language,
        state=found.state,
        excerpt=found.excerpt,
        since=_since(found),
        unanswered=found.unanswered_since is not None,
        unread=max(0, found.messages - (seat.messages_read if seat else 0)),
        agent=found.agent,
        for_me=picture.own_advisor(found, around.referents.get(found.citizen, "")) == me,
        offered=found.offered_to == me,
        offered_until=found.offered_until if found.offered_to == me else None,
        citizen_presence=picture.presence.get(found.citizen, "gone"),
        later=found.later,
        snoozed_until=found.snoozed_until,
        helper=found.id in around.helped,
        call=found.call,
    )


def _since(found: Conversation) -> float:
    """Since when the citizen waits for an answer, or when something was written last."""
    return found.last_at if found.unanswered_since is None else found.unanswered_since


def desk_rows(
    picture: Picture, conversations: Iterable[Conversation], around: Around, me: str
) -> dict[str, DeskRow]:
    """Several conversations, by id."""
    return {found.id: desk_row(picture, found, around, me) for found in conversations}


def colleague_rows(picture: Picture) -> dict[str, ColleagueRow]:
    """The desk."""
    return {
        person: ColleagueRow(
            name=picture.names.get(person, ""),
            presence=picture.presence.get(person, "gone"),
            paused=agent.paused,
            open=agent.open,
            capacity=agent.capacity,
            topics=tuple(sorted(agent.topics)),
        )
        for person, agent in picture.agents.items()
    }


def topic_rows(picture: Picture, mine: Collection[str], language: str) -> dict[str, DeskTopicRow]:
    """The topics and whether they are open."""
    return {
        id_: DeskTopicRow(
            name=topic.name(language),
            position=topic.position,
            open=picture.openings[id_].open,
            until=picture.openings[id_].until,
            next=picture.openings[id_].next,
            mine=id_ in mine,
        )
        for id_, topic in picture.topics.items()
    }


def supervised_topics(
    picture: Picture, today: Mapping[str, tuple[int, int]], language: str
) -> dict[str, SupervisedTopic]:
    """How each topic does; `today`: topic to (answered, given up)."""
    longest: dict[str, float | None] = {}
    for waiting in picture.line:
        longest.setdefault(waiting.topic, waiting.place_at)
    return {
        id_: SupervisedTopic(
            name=topic.name(language),
            open=picture.openings[id_].open,
            waiting=picture.in_line.get(id_, 0),
            longest_since=longest.get(id_),
            agents_here=picture.agents_here(id_),
            estimate=picture.estimates.get(id_),
            answered_today=today.get(id_, (0, 0))[0],
            given_up_today=today.get(id_, (0, 0))[1],
        )
        for id_, topic in picture.topics.items()
    }
