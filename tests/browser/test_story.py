"""The whole story in two real browsers: from a question to two lines about the lesson."""

import pytest
from playwright.sync_api import Browser, expect

from load.browser.chromium import BLUE, RED
from load.browser.pages import Person, Pupil, Volunteer
from load.system.whole import System
from tests.support.photos import jpeg

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(120)]

FULL_SIZE = (640, 480)


def test_a_question_becomes_a_lesson_with_sight_and_sound_and_is_remembered(
    school: System, red_browser: Browser, blue_browser: Browser
) -> None:
    ines = Pupil(red_browser, school, school.person("Inès M."))
    jeanne = Volunteer(blue_browser, school, school.person("Jeanne M."))
    jeanne.sign_in()
    jeanne.sees_class(*(link.name for link in school.of_role("pupil")))
    jeanne.checks()
    ines.sign_in()
    ines.check_devices()

    ines.ask("Maths", "Je ne comprends pas la division.", jpeg())
    jeanne.hears_ringing("Inès M.")
    ines.is_prewarmed()
    jeanne.accept("Inès M.")
    ines.is_in_lesson(with_name="Jeanne M.")
    jeanne.is_in_lesson(with_name="Inès M.")

    they_send_full_pictures(ines, jeanne)
    ines.sees_and_hears(BLUE)
    jeanne.sees_and_hears(RED)
    ines.knows_who_is_in_the_picture("Jeanne M.")
    jeanne.knows_who_is_in_the_picture("Inès M.")
    they_talk(ines, jeanne)
    assert (ines.negotiations(), jeanne.negotiations()) == (1, 1)

    jeanne.hang_up()
    ines.reads("Bonjour Inès")
    ines.reads("La leçon est finie")
    jeanne.reads("La leçon avec Inès M. est finie")
    jeanne.writes_note("Poser la division en colonnes.\nElle aime les exemples.")
    the_lesson_is_remembered(ines, jeanne)
    assert ines.complaints + jeanne.complaints == []
    ines.leave()
    jeanne.leave()


def they_send_full_pictures(*people: Person) -> None:
    """How soon is asked in test_media.py, where two pages have the machine for themselves."""
    for person in people:
        person.until_media(
            lambda found: (
                list(found["sent"]) == ["f"]
                and (found["sent"]["f"]["width"], found["sent"]["f"]["height"]) == FULL_SIZE
                and found["sent"]["f"]["target"] >= 600_000
                and found["sent"]["f"]["limited"] != "bandwidth"
            ),
            "sent a full picture",
        )


def they_talk(pupil: Pupil, volunteer: Volunteer) -> None:
    pupil.say("Bonjour !")
    volunteer.reads("Bonjour !")
    volunteer.say("On regarde la photo ensemble ?")
    pupil.reads("On regarde la photo ensemble ?")
    for person in (pupil, volunteer):
        photo = person.page.get_by_role("img", name="Photo de l’exercice", exact=True)
        expect(photo).to_be_visible()
        assert photo.evaluate("(image) => image.naturalWidth") == 320
        assert (photo.bounding_box() or {"width": 0})["width"] > 500
    pupil.press("Couper mon micro")
    volunteer.reads("Inès M. a coupé son micro")
    pupil.press("Remettre mon micro")
    expect(volunteer.page.get_by_text("a coupé son micro")).to_have_count(0)
    volunteer.press("Couper ma caméra")
    pupil.reads("Jeanne M. a coupé sa caméra")
    volunteer.press("Mettre ma caméra")
    pupil.knows_who_is_in_the_picture("Jeanne M.")


def the_lesson_is_remembered(pupil: Pupil, volunteer: Volunteer) -> None:
    row = volunteer.page.locator(".pupil-row", has_text=pupil.link.name)
    expect(row).to_contain_text("1 leçon ensemble, la dernière aujourd’hui (Maths)")
    expect(row).to_contain_text("Poser la division en colonnes. Elle aime les exemples.")
    pupil.ask("Français")
    volunteer.hears_ringing(pupil.link.name)
    ring = volunteer.page.locator(".ring")
    expect(ring).to_contain_text("1 leçon ensemble, la dernière aujourd’hui (Maths)")
    expect(ring).to_contain_text("Poser la division en colonnes.")
    pupil.press("Je n’ai plus besoin d’aide")
    pupil.press("Oui, la retirer")
    expect(ring).to_have_count(0)


def test_a_pupil_without_a_camera_is_heard_and_sees(
    school: System, red_browser: Browser, jeanne: Volunteer
) -> None:
    tom = Pupil(red_browser, school, school.person("Tom H."))
    tom.sign_in()
    tom.check_devices(camera=False)
    tom.ask("Sciences")
    jeanne.hears_ringing("Tom H.")
    jeanne.accept("Tom H.")
    tom.is_in_lesson(with_name="Jeanne M.")
    tom.sees_and_hears(BLUE)
    jeanne.reads("Tom H. a coupé sa caméra")
    jeanne.hears(RED)
    tom.hang_up()
    jeanne.reads("La leçon avec Tom H. est finie")
    jeanne.press("Rien à noter")
    tom.leave()
