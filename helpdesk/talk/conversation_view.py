"""The view ``conversation:{id}``: one talk as it is now, for everybody in it and the agents of its topic."""

from collections.abc import Mapping
from dataclasses import dataclass

from helpdesk import store, tables
from helpdesk.access import AGENT, SUPERVISOR, Seat, access_conversation, has_it
from helpdesk.line.picture import Picture
from helpdesk.line.pictures import Pictures
from helpdesk.line.places import count_ahead
from helpdesk.states import IN_LINE
from helpdesk.store import Conversation, Participant
from helpdesk.talk.documents import documents_of
from helpdesk.talk.help_view import thread_row
from helpdesk.wire import ConversationView, ParticipantRow, ThreadRow
from signaling.api import Context, Login, Person, Transaction

FORMER_MOST = 20


@dataclass(frozen=True, slots=True)
class ConversationSource:
    """The view."""

    context: Context
    pictures: Pictures

    async def open(self, login: Login, key: str) -> None:
        """Pass the conversation's door."""
        async with self.context.database.read() as tx:
            await access_conversation(tx, login, key)

    async def snapshot(self, login: Login, key: str) -> tuple[ConversationView, frozenset[str]]:
        """Draw the conversation for this person."""
        me = login.person
        async with self.context.database.read() as tx:
            seat = await access_conversation(tx, login, key)
            found = seat.conversation
            people = await self.context.identity.people(tx, seat.parts)
            waits = found.state in IN_LINE
            referent = await self._referent(tx, found) if waits or seat.works_here else ""
            topic_names = await store.topic_names(tx, me.language)
            ahead = await count_ahead(tx, found, [found.topic]) if waits else 0
            documents = await documents_of(tx, found.id, seat.after)
            former = await self._former(tx, login, found, referent, topic_names) if seat.works_here else {}
        picture = await self.pictures.read() if waits else None
        presence = picture.presence if picture else await self.context.presence.of("helpdesk")
        data = ConversationView(
            conversation=found.id,
            number=found.number,
            log_id=found.log_id,
            after=seat.after,
            desk_log=found.desk_log if seat.works_here else "",
            me=me.id,
            role=seat.role,
            state=found.state,
            version=found.version,
            topic=found.topic,
            topic_name=topic_names.get(found.topic, ""),
            language=found.language,
            page_title=found.page_title,
            page_url=found.page_url,
            created_at=found.created_at,
            agent=found.agent,
            agent_gone_until=found.agent_gone_until,
            snoozed_until=found.snoozed_until if seat.works_here else None,
            people=_rows(seat.parts, people, presence),
            waiting=picture.waiting(found, referent, ahead) if picture else None,
            later=found.later,
            call=found.call,
            call_by=found.call_by,
            documents=documents,
            rating=found.rating,
            follows=referent if seat.works_here else "",
            former=former,
        )
        return data, _topics(seat, me, picture)

    async def _referent(self, tx: Transaction, found: Conversation) -> str:
        return (await store.referents(tx, [found.citizen])).get(found.citizen, "")

    async def _former(
        self,
        tx: Transaction,
        login: Login,
        found: Conversation,
        referent: str,
        topic_names: Mapping[str, str],
    ) -> dict[str, ThreadRow]:
        """Return this citizen's other conversations that this agent may open, latest first."""
        column = tables.conversation.c
        others = await store.conversations(
            tx,
            column.citizen == found.citizen,
            column.id != found.id,
            column.submitted_at.is_not(None),
        )
        if login.person.role == AGENT:
            me = login.person.id
            mine = await store.topics_of(tx, me)
            seats = await store.seats(tx, me, [other.id for other in others])
            others = [
                other
                for other in others
                if referent == me or other.topic in mine or has_it(other, seats.get(other.id), me)
            ]
        latest = sorted(others, key=lambda other: other.last_at, reverse=True)[:FORMER_MOST]
        return {other.id: thread_row(other, None, topic_names.get(other.topic, "")) for other in latest}


def _rows(
    parts: Mapping[str, Participant],
    people: Mapping[str, Person],
    presence: Mapping[str, str],
) -> dict[str, ParticipantRow]:
    """Everybody who takes, took or may take part; an invitation that was taken back leaves no trace here."""
    return {
        person: ParticipantRow(
            name=people[person].name if person in people else "",
            role=part.role,
            presence=presence.get(person, "gone"),
            delivered=part.delivered,
            read=part.read,
            may_send=part.may_send,
            invited=part.joined_at is None,
            left=part.left_at is not None,
        )
        for person, part in parts.items()
        if part.joined_at is not None or part.left_at is None
    }


def _topics(seat: Seat, me: Person, picture: Picture | None) -> frozenset[str]:
    """What changes this view: the conversation, who is here of those in it, and the line while it waits."""
    people = {me.id, *seat.parts}
    if me.role in (AGENT, SUPERVISOR):
        people.add(seat.conversation.citizen)  # whose own advisor somebody may become
    mine = {f"conversation:{seat.conversation.id}", *(f"person:{person}" for person in people)}
    return frozenset(mine) | (picture.watched if picture else frozenset())
