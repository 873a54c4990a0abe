"""An evening: a citizen is stuck in a form, his daughter writes with him, an advisor answers and goes over to video."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from load.system.whole import System, running
from tests.support.desk_agent import DeskAgent
from tests.support.photos import jpeg

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(240)]

WAIT_MS = 20_000
ALLOWED = ["camera", "microphone"]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A whole help desk, media included."""
    with running(tmp_path_factory.mktemp("town"), apps=("helpdesk.app:app",)) as system:
        yield system


def window(browser: Browser, **context: object) -> BrowserContext:
    """Somebody's browser, with nothing in it."""
    made = browser.new_context(locale="fr-FR", reduced_motion="reduce", **context)  # type: ignore[arg-type]
    made.set_default_timeout(WAIT_MS)
    return made


def look(page: Page, state: str) -> list[str]:
    """What axe-core finds, in the page and in its frames."""
    return [
        f"{state}: {one['id']}: {[node['html'][:120] for node in one['nodes']]}"
        for frame in page.frames
        for one in Axe().run(frame).response["violations"]
    ]


def test_the_daughter_writes_along_and_the_talk_goes_over_to_video(
    town: System, red_browser: Browser, blue_browser: Browser, tmp_path: Path
) -> None:
    at_home = window(red_browser, permissions=ALLOWED)
    elsewhere = window(blue_browser, viewport={"width": 390, "height": 800})
    page, daughter = at_home.new_page(), elsewhere.new_page()
    page.goto(f"{town.base}/demo/logement")
    page.get_by_role("button", name="Besoin d’aide").click()
    citizen = page.frame_locator("permanence-aide iframe")

    he_asks(citizen)
    wrong = the_daughter_comes(daughter, town, he_invites(page, citizen))
    wrong += they_write_together(page, citizen, daughter)
    claire = DeskAgent(town.base, town.person("Claire Dubois").token)
    claire.take()
    claire.say("Bonsoir, avez-vous votre avis d’impôt ?")
    expect(citizen.get_by_text("avez-vous votre avis d’impôt")).to_be_visible()
    he_sends_a_paper(citizen, tmp_path)
    he_loses_network_and_page(at_home, page, citizen)

    desk = window(blue_browser, permissions=ALLOWED).new_page()
    desk.goto(town.address(town.person("Claire Dubois")))
    expect(desk.get_by_text("Mohamed Benali").first).to_be_visible()
    claire.do("conversation.propose_call", conversation=claire.conversation)
    wrong += they_see_each_other(page, citizen)

    claire.do("conversation.close", conversation=claire.conversation)
    citizen.get_by_role("button", name="Oui", exact=True).click()
    expect(citizen.get_by_text("Merci de votre avis.")).to_be_visible()
    wrong += look(page, "afterwards")
    assert wrong == []
    at_home.close()
    elsewhere.close()
    desk.context.close()


def he_asks(citizen: FrameLocator) -> None:
    """One screen, then the truth about waiting."""
    citizen.get_by_label("Aides au logement").check()
    citizen.get_by_label("Votre question").fill("Quel revenu faut-il écrire ?")
    citizen.get_by_label("Votre nom").fill("Mohamed Benali")
    citizen.get_by_role("button", name="ma question").click()
    expect(citizen.get_by_role("heading", name="Votre question est bien reçue")).to_be_visible()


def he_invites(page: Page, citizen: FrameLocator) -> str:
    """The code that he says on the telephone."""
    citizen.get_by_role("button", name="Autres choix").click()
    citizen.get_by_role("button", name="Un proche écrit avec moi").click()
    citizen.get_by_label("Son prénom").fill("Leïla")
    citizen.get_by_role("button", name="Inviter").click()
    code = citizen.locator(".big-code").inner_text()
    page.keyboard.press("Escape")
    return code


def the_daughter_comes(daughter: Page, town: System, code: str) -> list[str]:
    """By the code; she says who she is, and sees nothing of before."""
    daughter.goto(f"{town.base}/aide")
    daughter.get_by_text("J’ai un code").click()
    daughter.get_by_label("Votre code").fill(code)
    daughter.get_by_role("button", name="Entrer").click()
    daughter.get_by_label("Votre nom").fill("Leïla Benali")
    wrong = look(daughter, "the daughter comes")
    daughter.get_by_role("button", name="Commencer").click()
    daughter.get_by_label("Écrire un message").fill("Mon père touche deux retraites.")
    expect(daughter.get_by_text("Quel revenu faut-il écrire ?")).to_have_count(0)
    return wrong


def they_write_together(page: Page, citizen: FrameLocator, daughter: Page) -> list[str]:
    """He sees her words grow and sends them; they bear both names. He ends the help at once."""
    expect(citizen.get_by_text("Mon père touche deux retraites.")).to_be_visible()
    wrong = look(page, "writing together")
    citizen.get_by_role("button", name="Envoyer ce texte").click()
    expect(citizen.locator(".said").last).to_contain_text("texte de Leïla Benali")
    expect(daughter.get_by_label("Écrire un message")).to_have_value("")
    citizen.get_by_role("button", name="Arrêter l’aide").click()
    expect(daughter.get_by_role("heading", name="L’aide est terminée")).to_be_visible()
    return wrong


def he_sends_a_paper(citizen: FrameLocator, folder: Path) -> None:
    """It arrives, says whether it was checked, and can be opened."""
    paper = folder / "avis.jpg"
    paper.write_bytes(jpeg())
    citizen.get_by_role("button", name="Joindre un document").click()
    citizen.get_by_label("Choisir un document").set_input_files(paper)
    expect(citizen.locator(".document")).to_contain_text("avis")
    expect(citizen.get_by_role("button", name="Ouvrir")).to_be_visible()


def he_loses_network_and_page(at_home: BrowserContext, page: Page, citizen: FrameLocator) -> None:
    """And not a word."""
    at_home.set_offline(True)
    citizen.get_by_label("Écrire un message").fill("Le voici.")
    citizen.get_by_role("button", name="Envoyer", exact=True).click()
    expect(citizen.get_by_text("pas encore parti")).to_be_visible()
    at_home.set_offline(False)
    page.reload()
    expect(citizen.locator(".said").filter(has_text="Le voici.")).to_contain_text("envoyé")


def they_see_each_other(page: Page, citizen: FrameLocator) -> list[str]:
    """In video, with the talk beside it; afterwards it goes on in writing."""
    citizen.get_by_role("button", name="Accepter la vidéo").click()
    expect(citizen.get_by_test_id("face")).to_have_attribute("data-picture", "true")
    expect(citizen.get_by_label("Écrire un message")).to_be_visible()
    wrong = look(page, "in video")
    citizen.get_by_role("button", name="Raccrocher").click()
    expect(citizen.get_by_text("L’échange continue par écrit").first).to_be_visible()
    return wrong
