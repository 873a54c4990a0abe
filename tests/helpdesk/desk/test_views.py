import pytest
from sqlalchemy import event

from helpdesk.desk import wire
from helpdesk.wire import AnswerLater, Mark
from signaling.wire import Code

HOUSING, SCHOOL = "housing", "school"


class Statements:
    """Counts what is sent to the database while it is open."""

    def __init__(self, database):
        self.engine = database._reader.sync_engine
        self.sent = []

    def __enter__(self):
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_):
        event.remove(self.engine, "before_cursor_execute", self._note)

    def _note(self, _connection, _cursor, statement, *_):
        if statement.lstrip().upper().startswith("SELECT"):
            self.sent.append(statement)


async def count(desk, login, view):
    with Statements(desk.context.database) as statements:
        await desk.sees(login, view)
    return len(statements.sent)


async def fill(desk, conversations, agents):
    for number in range(agents):
        agent = await desk.add("agent", f"Agent {number}")
        await desk.comes(agent)
        for _ in range(2):
            await desk.claims(agent, (await ask(desk)).conversation)
    for _ in range(conversations):
        await ask(desk)


async def ask(desk):
    citizen = await desk.add("citizen", "Quelqu’un")
    return await desk.asks(citizen)


@pytest.mark.parametrize("view", ["desk", "supervision"])
async def test_a_full_desk_takes_no_more_statements_than_an_almost_empty_one(desk, sylvie, view):
    await fill(desk, 1, 1)
    few = await count(desk, sylvie, view)
    await fill(desk, 12, 5)
    assert await count(desk, sylvie, view) == few <= 17


async def test_the_desk_shows_mine_and_those_who_wait_in_order(desk, paul, claire, karim):
    lea = await desk.add("citizen", "Léa")
    mine = await desk.asks(paul)
    await desk.claims(claire, mine.conversation)
    first = await desk.asks(paul, "Une question\nsur deux lignes")
    await desk.later(5)
    await desk.comes(paul, claire)
    second = await desk.asks(lea)
    view = await desk.sees(claire, "desk")
    assert set(view.mine) == {mine.conversation}
    assert view.ranks == {first.conversation: 1, second.conversation: 2}
    row = view.line[first.conversation]
    assert (row.citizen, row.citizen_presence, row.unanswered, row.unread) == ("Paul Martin", "here", True, 1)
    assert row.since == desk.now - 5
    assert view.line[second.conversation].citizen_presence == "gone"
    me = view.colleagues[claire.person.id]
    assert (me.open, me.capacity, me.topics, me.presence) == (1, 4, (HOUSING, SCHOOL), "here")
    assert view.topics[HOUSING].mine
    assert view.topics[HOUSING].open


async def test_only_my_topics_and_my_own_people_wait_at_my_desk(desk, paul, claire, sylvie):
    nora = await desk.add("agent", "Nora", topics=(SCHOOL,))
    await desk.comes(nora)
    asked = await desk.asks(paul)
    assert (await desk.sees(nora, "desk")).line == {}
    assert asked.conversation in (await desk.sees(sylvie, "desk")).line
    await desk.claims(claire, asked.conversation)
    seen = await desk.sees(claire, f"conversation:{asked.conversation}")
    give = wire.Transfer(conversation=asked.conversation, version=seen.version, agent=nora.person.id)
    await desk.says(claire, give)
    await desk.says(nora, wire.Follow(conversation=asked.conversation, follow=True))
    again = await desk.asks(paul)
    assert (await desk.sees(nora, "desk")).line[again.conversation].for_me
    await desk.claims(nora, again.conversation)


async def test_unread_is_what_came_since_i_looked(desk, paul, claire):
    asked = await desk.asks(paul)
    await desk.claims(claire, asked.conversation)
    sent = await desk.writes(paul, asked.conversation, "Et aussi ceci")
    assert (await desk.sees(claire, "desk")).mine[asked.conversation].unread == 2
    await desk.says(claire, Mark(conversation=asked.conversation, delivered=sent.seq, read=sent.seq))
    assert (await desk.sees(claire, "desk")).mine[asked.conversation].unread == 0


async def test_what_i_closed_stays_at_hand_for_an_hour(desk, paul, claire):
    asked = await desk.asks(paul)
    await desk.claims(claire, asked.conversation)
    await desk.closes(claire, asked.conversation)
    assert (await desk.sees(claire, "desk")).mine[asked.conversation].state == "closed"
    desk.now += 3601
    assert (await desk.sees(claire, "desk")).mine == {}


async def test_a_message_draws_the_desk_of_its_agent_only_and_what_moves_the_line_draws_all(
    desk, paul, claire, karim
):
    asked = await desk.asks(paul)
    await desk.claims(claire, asked.conversation)
    mine, others = await desk.topics(claire, "desk"), await desk.topics(karim, "desk")
    touched = await touched_by(desk, lambda: desk.writes(paul, asked.conversation, "Une précision"))
    assert touched & mine
    assert not touched & others
    assert await touched_by(desk, lambda: desk.asks(paul)) & others


async def touched_by(desk, act):
    touched = set()
    publish = desk.context.database._publish

    async def listen(topics, logs):
        touched.update(topics)
        await publish(topics, logs)

    desk.context.database._publish = listen
    await act()
    desk.context.database._publish = publish
    return touched


async def test_the_supervisor_sees_queue_and_desk_and_no_ranking_of_anybody(
    desk, paul, claire, karim, sylvie
):
    held = await desk.asks(paul)
    await desk.claims(claire, held.conversation)
    await desk.later(40)
    await desk.comes(claire, karim)
    waits = await desk.asks(paul)
    await desk.says(paul, AnswerLater(conversation=waits.conversation, later=True))
    view = await desk.sees(sylvie, "supervision")
    assert set(view.conversations) == {held.conversation, waits.conversation}
    topic = view.topics[HOUSING]
    assert (topic.waiting, topic.longest_since, topic.agents_here) == (1, desk.now, 2)
    assert (topic.answered_today, topic.given_up_today) == (1, 0)
    told_of_each = set(wire.ColleagueRow.__struct_fields__)
    assert told_of_each == {"name", "presence", "paused", "open", "capacity", "topics"}


async def test_the_desk_is_the_desks_and_supervision_the_supervisors(desk, paul, claire):
    assert await desk.is_shut(paul, "desk") is Code.FORBIDDEN
    assert await desk.is_shut(claire, "supervision") is Code.FORBIDDEN
