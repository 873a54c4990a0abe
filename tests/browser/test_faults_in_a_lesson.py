"""What goes wrong during a lesson, seen from two real browsers: nobody is lost."""

import pytest
from playwright.sync_api import expect

from load.browser.chromium import BLUE, RED
from load.browser.pages import Person, Pupil, Volunteer
from load.system.whole import System

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(120)]

Lesson = tuple[Pupil, Volunteer]


def test_either_side_reloads_and_is_back_in_the_same_lesson(lesson: Lesson) -> None:
    adam, jeanne = lesson
    jeanne.say("Avant")
    adam.reads("Avant")
    adam.page.reload()
    adam.is_in_lesson(with_name="Jeanne M.")
    adam.sees_and_hears(BLUE, frames=30)
    jeanne.page.reload()
    jeanne.is_in_lesson(with_name="Adam K.")
    jeanne.sees_and_hears(RED, frames=30)
    adam.knows_who_is_in_the_picture("Jeanne M.")
    assert adam.messages() == jeanne.messages() == ["Avant"]


def test_the_web_process_is_killed_and_media_never_stops(school: System, lesson: Lesson) -> None:
    adam, jeanne = lesson
    connections = [person.page.evaluate("window.story.peers.length") for person in lesson]
    school.web[-1].end()
    adam.say("Tu me vois encore ?")
    adam.reads("part dès que possible")
    seen_every_second(4, *lesson)
    adam.reads("La connexion est coupée. La page réessaie toute seule")
    school.start_web()
    seen_every_second(3, *lesson)
    jeanne.reads("Tu me vois encore ?")
    expect(adam.page.get_by_text("La connexion est coupée.").filter(visible=True)).to_have_count(0)
    for person in lesson:
        expect(person.page.get_by_text("part dès que possible")).to_have_count(0)
        assert person.messages() == ["Tu me vois encore ?"]
    assert [person.page.evaluate("window.story.peers.length") for person in lesson] == connections


def seen_every_second(seconds: int, *people: Person) -> None:
    """New pictures come in each second."""
    for _ in range(seconds):
        before = [person.media()["decoded"] for person in people]
        people[0].page.wait_for_timeout(1000)
        after = [person.media()["decoded"] for person in people]
        assert all(now > then for now, then in zip(after, before, strict=True)), (before, after)


def test_the_media_process_is_killed_and_the_lesson_goes_on_with_another(
    school: System, lesson: Lesson
) -> None:
    adam, jeanne = lesson
    school.sfu[-1].end()
    for person in lesson:
        # In the first seconds the browser waits whether it mends itself; then the page says how it is.
        expect(person.page.get_by_test_id("network")).to_contain_text(
            "La connexion s’est coupée. On la rétablit…", timeout=20_000
        )
    adam.say("On s’écrit en attendant")
    jeanne.reads("On s’écrit en attendant")
    school.start_sfu()
    for person, sight in ((adam, BLUE), (jeanne, RED)):
        expect(person.page.get_by_test_id("network")).to_contain_text("Bonne connexion", timeout=40_000)
        person.sees_and_hears(sight, frames=30)
    assert adam.page.evaluate("window.story.peers.length") > 1


def test_the_volunteer_disappears_and_the_pupil_keeps_her_place(school: System, lesson: Lesson) -> None:
    adam, jeanne = lesson
    jeanne.page.close()
    adam.reads("Jeanne M. a perdu la connexion.")
    jeanne.open_again()
    jeanne.is_in_lesson(with_name="Adam K.")
    jeanne.sees_and_hears(RED, frames=30)
    adam.sees_and_hears(BLUE, frames=30)
    adam.reads("Jeanne M. est de retour")
