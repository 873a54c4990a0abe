from sqlalchemy import func, select

from classroom import tables, wire
from classroom.purge import Purge

YEAR = 365 * 86400.0


async def rows(classroom, table) -> int:
    async with classroom.context.database.read() as tx:
        return int((await tx.execute(select(func.count()).select_from(table))).scalar_one())


async def test_what_is_past_its_date_is_erased_and_nothing_else(classroom, lina, jeanne):
    asked = await classroom.ask(lina, words="Les fractions")
    await classroom.accept(jeanne, asked.call)
    await classroom.goes_live(asked.call)
    await classroom.hang_up(jeanne, asked.call)
    await classroom.says(lina, wire.Checked(camera=True, microphone=True))
    adam = await classroom.add("pupil", "Adam K.")
    open_question = await classroom.ask(adam)
    purge = Purge(classroom.context)
    assert await purge.run(classroom.now + YEAR - 60) == 1, "the device check only"
    assert await purge.run(classroom.now + YEAR + 60) == 2
    assert await rows(classroom, tables.lesson) == 0
    assert await rows(classroom, tables.question) == 1
    assert (await classroom.sees(adam)).question.id == open_question.question


async def test_a_question_that_nobody_took_for_a_week_is_taken_back(classroom, lina, jeanne):
    asked = await classroom.ask(lina)
    purge = Purge(classroom.context)
    assert await purge.withdraw(classroom.now + 7 * 86400 - 60) == 0
    assert asked.question in (await classroom.sees(jeanne)).line
    assert await purge.withdraw(classroom.now + 7 * 86400) == 1
    assert (await classroom.sees(jeanne)).line == {}
    assert (await classroom.sees(lina)).question is None
    assert await purge.run(classroom.now + YEAR + 8 * 86400) == 1, "and now it has a purge date"


async def test_a_question_in_a_lesson_is_not_taken_back(classroom, lina, jeanne):
    asked = await classroom.ask(lina)
    await classroom.accept(jeanne, asked.call)
    assert await Purge(classroom.context).withdraw(classroom.now + 8 * 86400) == 0
    assert (await classroom.sees(jeanne)).call == asked.call
