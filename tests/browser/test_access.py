"""Everybody can use every page: axe-core finds nothing, nothing is cut on a small screen, the keyboard suffices."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from load.browser.pages import Person, Pupil, Volunteer
from load.system.whole import System
from tests.support.access import check
from tests.support.photos import jpeg

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(180)]

CALM: dict[str, str] = {"reduced_motion": "reduce"}
FOCUSED = """
() => {
  const element = document.activeElement;
  return element.getAttribute('aria-label') || element.labels?.[0]?.innerText || element.innerText || '';
}
"""


def test_the_welcome_page_and_a_wrong_code(school: System, red_browser: Browser) -> None:
    context = red_browser.new_context(locale="fr-FR", reduced_motion="reduce")
    page = context.new_page()
    page.goto(school.base)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    wrong = check(page, "welcome")
    page.get_by_label("Mon code").fill("rien-de-tel")
    page.get_by_role("button", name="Entrer").click()
    expect(page.get_by_text("Ce lien ou ce code ne marche pas").filter(visible=True).first).to_be_visible()
    wrong += check(page, "wrong code")
    context.close()
    assert wrong == [], "\n".join(wrong)


def test_every_state_of_the_pupil_and_the_volunteer(
    school: System, red_browser: Browser, blue_browser: Browser
) -> None:
    chloe = Pupil(red_browser, school, school.person("Chloé V."), **CALM)
    jeanne = Volunteer(blue_browser, school, school.person("Jeanne M."), **CALM)
    wrong: list[str] = []

    def look(person: Person, state: str) -> None:
        wrong.extend(check(person.page, state))

    before_the_lesson(chloe, jeanne, look)
    in_the_lesson(chloe, jeanne, look)
    jeanne.hang_up()
    jeanne.reads("La leçon avec Chloé V. est finie")
    look(jeanne, "note")
    jeanne.writes_note("Elle a tout compris.")
    chloe.reads("La leçon est finie")
    look(chloe, "farewell")
    coordinator = Person(blue_browser, school, school.of_role("coordinator")[0], **CALM)
    coordinator.sign_in()
    coordinator.reads("Vous voyez la classe comme elle est.")
    look(coordinator, "coordinator")
    for person in (chloe, jeanne, coordinator):
        person.leave()
    assert wrong == [], "\n".join(wrong)


def before_the_lesson(pupil: Pupil, volunteer: Volunteer, look: Callable[[Person, str], None]) -> None:
    volunteer.sign_in()
    volunteer.sees_class("Chloé V.")
    look(volunteer, "class")
    pupil.sign_in()
    pupil.button("Écouter").wait_for()
    look(pupil, "check, sound")
    pupil.press("Écouter")
    pupil.press("Oui, j’entends")
    pupil.press("Essayer le micro")
    look(pupil, "check, microphone")
    pupil.press("Continuer")
    pupil.press("Essayer la caméra")
    pupil.button("On me voit, c’est bon").wait_for()
    look(pupil, "check, camera")
    pupil.press("On me voit, c’est bon")
    pupil.press("Envoyer ma question")
    pupil.reads("Choisis d’abord la matière.")
    look(pupil, "ask, subject missing")
    pupil.ask("Anglais", "Le présent continu.", jpeg())
    look(pupil, "waiting")
    volunteer.hears_ringing("Chloé V.")
    look(volunteer, "ringing")


def in_the_lesson(pupil: Pupil, volunteer: Volunteer, look: Callable[[Person, str], None]) -> None:
    volunteer.accept("Chloé V.")
    for person, name in ((pupil, "Jeanne M."), (volunteer, "Chloé V.")):
        person.is_in_lesson(with_name=name)
        person.knows_who_is_in_the_picture(name)
    pupil.say("Bonsoir")
    volunteer.reads("Bonsoir")
    look(pupil, "lesson of the pupil")
    look(volunteer, "lesson of the volunteer")
    volunteer.press("Ça ne marche pas ?")
    look(volunteer, "what to try")
    volunteer.page.keyboard.press("Escape")


def test_the_keyboard_alone_asks_answers_writes_and_hangs_up(
    school: System, red_browser: Browser, jeanne: Volunteer
) -> None:
    ibrahim = Pupil(red_browser, school, school.person("Ibrahim L."))
    ibrahim.sign_in()
    for name in ("Écouter", "Oui, j’entends", "Essayer le micro", "Continuer", "Sans caméra"):
        ibrahim.button(name).wait_for()
        press_by_keyboard(ibrahim.page, name)
    ibrahim.reads("C’est sur quoi ?")
    press_by_keyboard(ibrahim.page, "Maths", key="Space")
    press_by_keyboard(ibrahim.page, "Envoyer ma question")
    jeanne.hears_ringing("Ibrahim L.")
    press_by_keyboard(jeanne.page, "Répondre à Ibrahim L.")
    jeanne.is_in_lesson(with_name="Ibrahim L.")
    tab_to(jeanne.page, "Écrire un message")
    jeanne.page.keyboard.type("Bonsoir Ibrahim")
    jeanne.page.keyboard.press("Enter")
    ibrahim.reads("Bonsoir Ibrahim")
    press_by_keyboard(jeanne.page, "Raccrocher")
    jeanne.reads("La leçon avec Ibrahim L. est finie")
    ibrahim.reads("La leçon est finie")
    ibrahim.leave()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on what has this name."""
    met: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        met.append(str(page.evaluate(FOCUSED)).strip())
        if met[-1] == name:
            return
    pytest.fail(f"Tab never came to {name!r}, but to {met}")


def press_by_keyboard(page: Page, name: str, key: str = "Enter") -> None:
    tab_to(page, name)
    page.keyboard.press(key)
