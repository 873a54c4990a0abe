"""axe-core finds nothing on any screen of the help and of the desk, and nothing is cut on a small one."""

import pytest
from playwright.sync_api import expect

from tests.support.access import check
from tests.support.help_pages import Agent, Citizen, Enter, Helper, Window

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(180)]

CALM = {"reduced_motion": "reduce"}


class Look:
    """Collects what is wrong."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def __call__(self, window: Window, state: str) -> None:
        self.wrong += check(window.page, state, window.frame)

    def found_nothing(self) -> None:
        assert self.wrong == [], "\n".join(self.wrong)


def test_the_citizens_and_the_helpers_screens(enter: Enter) -> None:
    look = Look()
    alice = enter(Citizen, "Alice Noël", **CALM)
    alice.visit()
    look.wrong += check(alice.page, "demo page with the button")
    alice.open_help()
    look(alice, "welcome")
    alice.press("Laisser ma question")
    alice.reads("Choisissez un sujet.")
    look(alice, "form, topic missing")
    alice.fill("Aides au logement", "Comment envoyer un papier ?")
    alice.press("Laisser ma question")
    alice.reads("Votre question est bien reçue")
    look(alice, "waiting, nobody here")
    alice.press("Autres choix")
    look(alice, "options")
    alice.view.get_by_role("dialog").get_by_role("button", name="Un proche écrit avec moi").click()
    link = alice.invite("Ève")
    look(alice, "invitation")
    alice.page.keyboard.press("Escape")
    eve = enter(Helper, "Ève Noël", **CALM)
    eve.page.goto(link)
    eve.button("Commencer").wait_for()
    look(eve, "helper, before she joins")
    eve.join()
    eve.types("Bonjour, je l’aide")
    look(eve, "helper's page")
    alice.reads("Bonjour, je l’aide")
    look(alice, "a draft of the helper")
    look.found_nothing()


def test_a_talk_and_a_video_call_on_both_sides(enter: Enter, claire: Agent) -> None:
    look = Look()
    alma = enter(Citizen, "Alma Perrin", **CALM)
    alma.ask("Aides au logement", "Puis-je vous montrer ma lettre ?")
    claire.take("Alma Perrin")
    claire.say("Oui, en vidéo si vous voulez.")
    alma.reads("Oui, en vidéo si vous voulez.")
    look(alma, "talk")
    claire.press("Proposer la vidéo")
    alma.reads("Claire Dubois vous propose de continuer en vidéo.")
    look(alma, "video proposed")
    alma.press("Accepter la vidéo")
    for person in (alma, claire):
        person.sees(frames=10)
        expect(person.view.get_by_test_id("face-name")).not_to_be_empty()
    look(alma, "video of the citizen")
    look(claire, "video of the agent")
    alma.hang_up()
    expect(claire.view.get_by_test_id("remote-video")).to_have_count(0)
    claire.ends_talk()
    alma.reads("Avez-vous eu l’aide qu’il vous fallait ?")
    look(alma, "closed")
    look.found_nothing()


def test_the_desk_and_the_supervisor(enter: Enter) -> None:
    look = Look()
    karim = enter(Agent, "Karim Haddad", **CALM)
    karim.sign_in()
    look(karim, "desk, empty")
    hugo = enter(Citizen, "Hugo Mercier", **CALM)
    hugo.ask("Inscriptions scolaires", "Quelle école pour ma fille ?")
    karim.hears("Hugo Mercier")
    look(karim, "desk, one rings")
    karim.take("Hugo Mercier")
    look(karim, "desk, conversation")
    karim.press("Réponses préparées")
    karim.reads("Flèches pour choisir, Entrée pour insérer, Échap pour fermer.")
    look(karim, "desk, prepared answers")
    karim.page.keyboard.press("Escape")
    karim.press("Transférer")
    karim.view.get_by_role("dialog", name="Transférer la conversation de Hugo Mercier").wait_for()
    look(karim, "desk, transfer")
    karim.page.keyboard.press("Escape")
    sylvie = enter(Agent, "Sylvie Laurent", **CALM)
    sylvie.sign_in()
    sylvie.press("Supervision")
    expect(sylvie.view.get_by_role("row").filter(has_text="Hugo Mercier")).to_be_visible()
    look(sylvie, "supervision")
    look.found_nothing()
