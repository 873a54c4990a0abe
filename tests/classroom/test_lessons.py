import pytest

from classroom import wire
from signaling.api import Refusal
from signaling.calls.wire import Accept
from signaling.wire import Code
from tests.support.photos import jpeg


@pytest.fixture
async def taken(classroom, lina, jeanne):
    """The call of a question that Jeanne has accepted."""
    asked = await classroom.ask(lina, words="Les fractions")
    await classroom.accept(jeanne, asked.call)
    return asked


async def log_of(classroom, login) -> list[str]:
    lesson = await lesson_seen(classroom, login)
    return [event.kind for event in await classroom.context.log.read(lesson.log_id, 0)]


async def lesson_seen(classroom, login, lesson_id=""):
    lesson_id = lesson_id or (await classroom.sees(login)).lesson
    return (await classroom.part.views["lesson"].snapshot(login, lesson_id))[0]


async def test_accepting_begins_a_lesson_for_both(classroom, lina, jeanne, taken):
    for login in (lina, jeanne):
        seen = await classroom.sees(login)
        assert seen.call == taken.call
        lesson = await lesson_seen(classroom, login)
        assert (lesson.pupil_name, lesson.volunteer_name) == ("Lina B.", "Jeanne")
        assert (lesson.subject, lesson.words) == ("maths", "Les fractions")


async def test_the_first_accept_wins_and_the_other_is_told(classroom, paul, taken):
    assert await classroom.refused(paul, Accept(call=taken.call)) is Code.TAKEN
    seen = await classroom.sees(paul)
    assert seen.lesson == ""
    assert [row.with_name for row in seen.pupils.values()] == ["Jeanne"]


async def test_after_hanging_up_both_are_back_and_the_question_is_done(classroom, lina, jeanne, taken):
    await classroom.goes_live(taken.call)
    await classroom.hang_up(lina, taken.call)
    await classroom.hang_up(jeanne, taken.call)  # both at once: the second finds it done
    seen = await classroom.sees(lina)
    assert (seen.lesson, seen.question, seen.lessons, seen.last_with) == ("", None, 1, "Jeanne")
    assert (await classroom.sees(jeanne)).line == {}


async def revoke(classroom, login):
    async with classroom.context.database.write() as tx:
        await classroom.context.identity.revoke_person_links(tx, login.person.id)


async def test_when_the_volunteer_is_signed_in_nowhere_any_more_the_question_is_back_in_line(
    classroom, lina, jeanne, paul, taken
):
    await classroom.goes_live(taken.call)
    log_id = (await lesson_seen(classroom, lina)).log_id
    await revoke(classroom, jeanne)
    await classroom.later(5)
    seen = await classroom.sees(lina)
    assert (seen.lesson, seen.question.words) == ("", "Les fractions")
    assert list((await classroom.sees(paul)).line) == [taken.question]
    ended = (await classroom.context.log.read(log_id, 0))[-1]
    assert (ended.kind, ended.payload) == ("ended", {"outcome": "lost", "by": "volunteer"})


async def test_when_the_pupil_is_signed_in_nowhere_any_more_the_question_is_over(
    classroom, lina, jeanne, taken
):
    await classroom.goes_live(taken.call)
    await revoke(classroom, lina)
    await classroom.later(5)
    seen = await classroom.sees(jeanne)
    assert (seen.lesson, seen.call, seen.line) == ("", "", {})


async def test_two_lines_are_asked_for_and_found_next_time(classroom, lina, jeanne, taken):
    await classroom.goes_live(taken.call)
    await classroom.hang_up(jeanne, taken.call)
    wanted = (await classroom.sees(jeanne)).note_wanted
    assert wanted.pupil_name == "Lina B."
    await classroom.says(jeanne, wire.WriteNote(lesson=wanted.lesson, text=" Avec un dessin. "))
    seen = await classroom.sees(jeanne)
    assert seen.note_wanted is None
    familiarity = seen.pupils[lina.person.id].familiarity
    assert (familiarity.lessons, familiarity.note) == (1, "Avec un dessin.")


async def test_nobody_else_writes_or_reads_the_note(classroom, lina, jeanne, paul, taken):
    lesson = (await classroom.sees(jeanne)).lesson
    note = wire.WriteNote(lesson=lesson, text="x")
    assert await classroom.refused(lina, note) is Code.FORBIDDEN
    assert await classroom.refused(paul, note) is Code.NOT_FOUND
    await classroom.says(jeanne, note)
    await classroom.goes_live(taken.call)
    await classroom.hang_up(jeanne, taken.call)
    assert (await lesson_seen(classroom, lina, lesson)).familiarity is None
    assert (await lesson_seen(classroom, jeanne, lesson)).familiarity.note == "x"


async def test_what_is_written_is_in_the_log_once_and_for_both_only(classroom, lina, jeanne, paul, taken):
    lesson = (await classroom.sees(lina)).lesson
    say = wire.Say(lesson=lesson, client_id="client-hello", text="Bonjour")
    said = await classroom.says(lina, say)
    assert await classroom.says(lina, say) == said
    assert await classroom.refused(paul, say) is Code.NOT_FOUND
    assert await log_of(classroom, jeanne) == ["began", "said"]


async def test_nobody_writes_on_when_the_lesson_is_over_but_last_words_arrive(classroom, lina, jeanne, taken):
    lesson = (await classroom.sees(lina)).lesson
    await classroom.goes_live(taken.call)
    await classroom.hang_up(jeanne, taken.call)
    await classroom.says(lina, wire.Say(lesson=lesson, client_id="client-thanks", text="Merci !"))
    classroom.now += 61
    for login in (lina, jeanne):
        say = wire.Say(lesson=lesson, client_id="client-too-late", text="Tu es là ?")
        assert await classroom.refused(login, say) is Code.CONFLICT


async def test_a_coordinator_sees_every_lesson_and_writes_in_none(classroom, jeanne, taken):
    claire = await classroom.add("coordinator", "Claire")
    lesson = (await classroom.sees(jeanne)).lesson
    assert (await lesson_seen(classroom, claire, lesson)).pupil_name == "Lina B."
    say = wire.Say(lesson=lesson, client_id="client-claire", text="x")
    assert await classroom.refused(claire, say) is Code.FORBIDDEN


async def test_a_lesson_that_breaks_off_puts_the_question_back_at_its_place(classroom, lina, jeanne, taken):
    adam = await classroom.add("pupil", "Adam K.")
    await classroom.later(20)
    other = await classroom.ask(adam)
    await classroom.later(31)  # nobody connected: the call fails
    await classroom.comes(lina, jeanne, adam)
    line = (await classroom.sees(jeanne)).line
    assert [line[taken.question].rank, line[other.question].rank] == [1, 2]
    assert line[taken.question].call != taken.call
    mine = (await classroom.sees(lina)).question
    assert (mine.id, mine.ahead) == (taken.question, 0)
    assert (await classroom.sees(lina)).lesson == ""


async def test_a_volunteer_who_hangs_up_before_anybody_was_seen_gives_the_question_back(
    classroom, lina, jeanne, taken
):
    await classroom.hang_up(jeanne, taken.call)
    assert (await classroom.sees(lina)).question.id == taken.question
    assert (await classroom.sees(jeanne)).note_wanted is None


async def test_a_pupil_who_hangs_up_before_anybody_was_seen_is_done(classroom, lina, jeanne, taken):
    await classroom.hang_up(lina, taken.call)
    assert (await classroom.sees(lina)).question is None


@pytest.mark.parametrize(
    ("pupil", "volunteer", "code"),
    [
        ({}, {"vetted_until": 1.0}, Code.NOT_VETTED),
        ({}, {"vetted_until": None}, Code.NOT_VETTED),
    ],
)
async def test_the_door_of_a_lesson_is_shut_without_vetting(classroom, pupil, volunteer, code):
    child = await classroom.add("pupil", "Lina B.", **pupil)
    adult = await classroom.add("volunteer", "Jeanne", **volunteer)
    await classroom.comes(child, adult)
    asked = await classroom.ask(child)
    assert not (await classroom.sees(adult)).line[asked.question].ringing
    assert (await classroom.sees(adult)).may_take == code
    assert await classroom.refused(adult, Accept(call=asked.call)) is code


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"consent_at": None}, Code.NO_CONSENT), ({"enrolled_until": 1.0}, Code.NOT_ENROLLED)],
)
async def test_a_pupil_without_consent_or_enrolment_cannot_ask(classroom, changes, code):
    child = await classroom.add("pupil", "Lina B.", **changes)
    await classroom.comes(child)
    assert (await classroom.sees(child)).may_ask == code
    assert await classroom.refused(child, wire.Ask(client_id="client-ask", subject="maths")) is code


async def test_a_volunteer_cannot_call_a_pupil_whose_page_is_closed(classroom, lina, jeanne):
    asked = await classroom.ask(lina)
    await classroom.goes(lina)
    assert await classroom.refused(jeanne, Accept(call=asked.call)) is Code.CONFLICT


async def test_a_pupil_does_not_take_questions(classroom, lina):
    adam = await classroom.add("pupil", "Adam K.")
    asked = await classroom.ask(lina)
    assert await classroom.refused(adam, Accept(call=asked.call)) is Code.FORBIDDEN


async def test_a_photo_is_seen_by_those_who_need_it(classroom, lina, jeanne, paul, tmp_path):
    photo = await classroom.context.files.store_photo(
        app="classroom", owner=lina.person.id, raw=jpeg(), purge_at=classroom.now + 60
    )
    adam = await classroom.add("pupil", "Adam K.")
    asked = await classroom.ask(lina, photo=photo)
    for login in (lina, jeanne, paul):
        await classroom.part.access_file(login, photo)
    await classroom.accept(jeanne, asked.call)
    await classroom.part.access_file(jeanne, photo)
    for login in (paul, adam):
        with pytest.raises(Refusal):
            await classroom.part.access_file(login, photo)


async def test_a_volunteer_whose_vetting_has_ended_sees_no_photo(classroom, lina):
    photo = await classroom.context.files.store_photo(
        app="classroom", owner=lina.person.id, raw=jpeg(), purge_at=classroom.now + 60
    )
    vetted = await classroom.add("volunteer", "Paul", vetted_until=classroom.now + 10)
    await classroom.ask(lina, photo=photo)
    await classroom.part.access_file(vetted, photo)
    classroom.now += 11
    with pytest.raises(Refusal):
        await classroom.part.access_file(vetted, photo)
