import asyncio

from sqlalchemy import delete

from classroom import tables, wire
from signaling.wire import Code


async def test_a_question_is_stored_in_line_and_rings_at_who_is_free(classroom, lina, jeanne):
    asked = await classroom.ask(lina, words="Les fractions")
    row = (await classroom.sees(jeanne)).line[asked.question]
    assert (row.pupil, row.rank, row.words, row.ringing) == (lina.person.id, 1, "Les fractions", True)
    mine = (await classroom.sees(lina)).question
    assert (mine.id, mine.state, mine.ahead) == (asked.question, "ringing", 0)


async def test_asking_again_with_the_same_client_id_is_answered_the_same(classroom, lina):
    first = await classroom.ask(lina, client_id="client-once")
    assert await classroom.ask(lina, client_id="client-once") == first
    again = wire.Ask(client_id="client-once", subject="french")
    assert await classroom.refused(lina, again) is Code.REPEATED_DIFFERENTLY


async def test_the_same_act_on_two_connections_at_once_is_one_question(classroom, lina):
    twice = [classroom.ask(lina, client_id="client-once") for _ in range(2)]
    first, second = await asyncio.gather(*twice)
    assert first == second


async def test_what_was_stored_before_closing_time_is_answered_the_same_after(classroom, lina):
    first = await classroom.ask(lina, client_id="client-once")
    async with classroom.context.database.write() as tx:
        await tx.execute(delete(tables.hours))
    assert await classroom.ask(lina, client_id="client-once") == first
    other = wire.Ask(client_id="client-other", subject="maths")
    assert await classroom.refused(lina, other) is Code.CLOSED_NOW


async def test_there_is_one_open_question_each(classroom, lina):
    await classroom.ask(lina)
    second = wire.Ask(client_id="client-second", subject="french")
    assert await classroom.refused(lina, second) is Code.CONFLICT


async def test_cancelling_takes_it_out_of_the_line_and_twice_is_the_same(classroom, lina, jeanne):
    asked = await classroom.ask(lina)
    for _ in range(2):
        await classroom.says(lina, wire.Cancel(question=asked.question))
    assert (await classroom.sees(jeanne)).line == {}
    assert (await classroom.sees(lina)).question is None
    await classroom.ask(lina)  # and she may ask another one


async def test_a_question_that_was_just_taken_cannot_be_cancelled(classroom, lina, jeanne):
    asked = await classroom.ask(lina)
    await classroom.accept(jeanne, asked.call)
    assert await classroom.refused(lina, wire.Cancel(question=asked.question)) is Code.CONFLICT


async def test_changing_the_words_keeps_the_place(classroom, lina, jeanne):
    adam = await classroom.add("pupil", "Adam K.")
    asked = await classroom.ask(lina)
    await classroom.later(30)
    await classroom.ask(adam)
    await classroom.says(lina, wire.ChangeQuestion(question=asked.question, words="Exercice 4"))
    row = (await classroom.sees(jeanne)).line[asked.question]
    assert (row.words, row.rank) == ("Exercice 4", 1)


async def test_nobody_changes_or_cancels_the_question_of_another(classroom, lina):
    adam = await classroom.add("pupil", "Adam K.")
    asked = await classroom.ask(lina)
    change = wire.ChangeQuestion(question=asked.question, words="x")
    assert await classroom.refused(adam, change) is Code.NOT_FOUND
    assert await classroom.refused(adam, wire.Cancel(question=asked.question)) is Code.NOT_FOUND


async def test_a_photo_of_somebody_else_cannot_be_attached(classroom, lina):
    ask = wire.Ask(client_id="client-photo", subject="maths", photo="somebodys-photo")
    assert await classroom.refused(lina, ask) is Code.NOT_FOUND


async def test_a_drop_keeps_the_place_and_the_volunteer_sees_that_she_is_away(classroom, lina, jeanne):
    asked = await classroom.ask(lina)
    await classroom.goes(lina)
    row = (await classroom.sees(jeanne)).line[asked.question]
    assert (row.here, row.rank, row.ringing) == (False, 1, False)
    await classroom.comes(lina)
    await classroom.later(2)
    row = (await classroom.sees(jeanne)).line[asked.question]
    assert (row.here, row.ringing) == (True, True)


async def test_it_rings_first_at_the_one_she_asked_for(classroom, lina, jeanne, paul):
    asked = await classroom.ask(lina, volunteer=paul.person.id)
    assert (await classroom.sees(paul)).line[asked.question].ringing
    assert not (await classroom.sees(jeanne)).line[asked.question].ringing
    assert (await classroom.sees(lina)).question.ringing_for == "Paul"
    await classroom.later(21)
    await classroom.comes(jeanne, lina)
    assert (await classroom.sees(jeanne)).line[asked.question].ringing, "then at everybody"


async def test_when_nobody_accepts_she_is_told_and_the_question_stays(classroom, lina, jeanne):
    asked = await classroom.ask(lina)
    await classroom.later(31)
    mine = (await classroom.sees(lina)).question
    assert (mine.id, mine.state) == (asked.question, "nobody_yet")
    assert asked.question in (await classroom.sees(jeanne)).line


async def test_in_five_minutes_is_told_to_her_and_rings_again_then(classroom, lina, jeanne):
    asked = await classroom.ask(lina)
    await classroom.promise(jeanne, asked.call)
    mine = (await classroom.sees(lina)).question
    assert (mine.state, mine.promised_by) == ("promised", "Jeanne")
    assert mine.promised_at == classroom.now + 300
    row = (await classroom.sees(jeanne)).line[asked.question]
    assert (row.ringing, row.callback_at) == (False, classroom.now + 300)
    for _ in range(8):
        await classroom.later(40)
        await classroom.comes(lina, jeanne)
    await classroom.later(1)
    assert (await classroom.sees(jeanne)).line[asked.question].ringing


async def test_not_now_does_not_ring_again_here(classroom, lina, jeanne, paul):
    asked = await classroom.ask(lina)
    await classroom.decline(jeanne, asked.call)
    assert not (await classroom.sees(jeanne)).line[asked.question].ringing
    assert (await classroom.sees(paul)).line[asked.question].ringing


async def test_a_resting_volunteer_is_not_rung_and_one_who_comes_back_is(classroom, lina, jeanne):
    await classroom.says(jeanne, wire.SetFree(free=False))
    asked = await classroom.ask(lina)
    assert not (await classroom.sees(jeanne)).line[asked.question].ringing
    assert (await classroom.sees(lina)).volunteers[jeanne.person.id].presence == "resting"
    await classroom.says(jeanne, wire.SetFree(free=True))
    await classroom.later(2)
    assert (await classroom.sees(jeanne)).line[asked.question].ringing


async def test_who_had_a_lesson_today_comes_after_who_had_none(classroom, lina, jeanne):
    first = await classroom.ask(lina)
    await classroom.accept(jeanne, first.call)
    await classroom.goes_live(first.call)
    await classroom.hang_up(jeanne, first.call)
    adam = await classroom.add("pupil", "Adam K.")
    again = await classroom.ask(lina)
    await classroom.later(60)
    other = await classroom.ask(adam)
    line = (await classroom.sees(jeanne)).line
    assert (line[other.question].rank, line[again.question].rank) == (1, 2)
    assert line[again.question].lessons_today == 1
