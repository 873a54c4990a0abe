"""The help on another site's page: one line under a strict policy, nothing kept before it is used, no word lost after."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Locator, Page, ViewportSize, expect

from load.system.whole import System, running
from tests.support.desk_agent import DeskAgent
from tests.support.strict_host import StrictHost, serving

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(180)]

PHONE: ViewportSize = {"width": 320, "height": 640}
DESK: ViewportSize = {"width": 1280, "height": 800}
STORED = "() => [Object.keys(localStorage), Object.keys(sessionStorage)]"
FOCUS = "() => document.activeElement.shadowRoot?.activeElement?.className ?? ''"


@pytest.fixture(scope="module")
def host() -> Iterator[StrictHost]:
    with serving() as served:
        yield served


@pytest.fixture(scope="module")
def town(host: StrictHost, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A help desk that lets this host frame it."""
    folder = tmp_path_factory.mktemp("town")
    with running(folder, apps=("helpdesk.app:app",), EMBED_ORIGINS=host.base) as system:
        host.help = system.base
        yield system


@pytest.fixture
def claire(town: System) -> DeskAgent:
    return DeskAgent(town.base, town.person("Claire Dubois").token)


@dataclass
class Citizen:
    """A visitor of the host's page."""

    context: BrowserContext
    page: Page
    complaints: list[str]

    @property
    def help(self) -> FrameLocator:
        return self.page.frame_locator("permanence-aide iframe")

    @property
    def launcher(self) -> Locator:
        return self.page.locator("permanence-aide button.open")

    def open(self) -> None:
        self.launcher.click()
        expect(self.help.get_by_role("heading", name="Besoin d’aide")).to_be_visible()

    def ask(self, words: str) -> None:
        self.help.get_by_label("Aides au logement").check()
        self.help.get_by_label("Votre question").fill(words)
        self.help.get_by_role("button", name="ma question").click()
        expect(self.help.get_by_role("heading", name="Votre question est bien reçue")).to_be_visible()

    def write(self, words: str) -> None:
        self.help.get_by_label("Écrire un message").fill(words)
        self.help.get_by_role("button", name="Envoyer", exact=True).click()


@pytest.fixture
def citizen(host: StrictHost, town: System, red_browser: Browser) -> Iterator[Citizen]:
    context = red_browser.new_context(locale="fr-FR", viewport=DESK, reduced_motion="reduce")
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(f"{host.base}/formulaire?nom=secret#ancre")
    expect(page.locator("permanence-aide button.open")).to_be_visible()
    yield Citizen(context, page, complaints)
    context.close()


def test_one_line_is_enough_and_nothing_is_kept_before_the_help_is_used(
    citizen: Citizen, claire: DeskAgent
) -> None:
    assert citizen.page.evaluate(STORED) == [[], []]
    citizen.open()
    citizen.ask("Où trouver ce revenu ?")
    assert citizen.context.cookies() == []
    claire.take()
    view = claire.view(f"conversation:{claire.conversation}")
    assert view["page_title"] == "Demande d’aide au logement"
    assert view["page_url"].endswith("/formulaire"), "neither query nor fragment"
    assert citizen.complaints == []


def test_escape_closes_and_gives_the_focus_back_and_what_comes_meanwhile_is_counted(
    citizen: Citizen, claire: DeskAgent
) -> None:
    citizen.page.locator("#rent").focus()
    for _ in range(2):
        citizen.page.keyboard.press("Tab")
    citizen.page.keyboard.press("Enter")
    expect(citizen.help.get_by_role("heading", name="Besoin d’aide")).to_be_visible()
    citizen.ask("Par le clavier")
    citizen.page.keyboard.press("Escape")
    expect(citizen.launcher).to_be_visible()
    assert citizen.page.evaluate(FOCUS) == "open"
    claire.take()
    claire.say("Bonsoir.")
    claire.say("Je regarde avec vous.")
    expect(citizen.launcher).to_have_accessible_name("Besoin d’aide ? 2 nouveaux messages")
    citizen.page.keyboard.press("Enter")
    expect(citizen.help.get_by_text("Je regarde avec vous.")).to_be_visible()
    citizen.page.keyboard.press("Escape")
    expect(citizen.launcher).to_have_accessible_name("Besoin d’aide ?")


def test_the_next_page_opens_the_help_again_and_leaves_the_focus_alone(
    citizen: Citizen, claire: DeskAgent
) -> None:
    citizen.open()
    citizen.ask("Bonsoir")
    claire.take()
    citizen.help.get_by_label("Écrire un message").fill("Un brouillon")
    citizen.page.get_by_role("link", name="Étape suivante").click()
    expect(citizen.help.get_by_label("Écrire un message")).to_have_value("Un brouillon")
    assert citizen.page.evaluate("document.activeElement === document.body")


def test_words_written_during_a_cut_survive_a_reload_and_arrive_once(
    citizen: Citizen, claire: DeskAgent
) -> None:
    citizen.open()
    citizen.ask("Bonsoir")
    claire.take()
    citizen.context.set_offline(True)
    citizen.write("Écrit sans réseau")
    expect(citizen.help.get_by_text("pas encore parti")).to_be_visible()
    citizen.context.set_offline(False)
    citizen.page.reload()
    said = citizen.help.locator(".said").filter(has_text="Écrit sans réseau")
    expect(said).to_contain_text("envoyé")
    expect(said).to_have_count(1)
    claire.say("Bien reçu.")
    expect(citizen.help.get_by_text("Bien reçu.")).to_be_visible()


def test_axe_finds_nothing_and_nothing_is_cut_on_a_small_screen(citizen: Citizen, claire: DeskAgent) -> None:
    wrong: list[str] = []

    def look(state: str) -> None:
        for size in (PHONE, DESK):
            citizen.page.set_viewport_size(size)
            for scheme in ("light", "dark"):
                citizen.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                for frame in citizen.page.frames:
                    found = Axe().run(frame).response["violations"]
                    wrong.extend(f"{state}, {scheme}, {size['width']}: {one['id']}" for one in found)
            wrong.extend(
                f"{state}: scrolls sideways at {size['width']}"
                for frame in citizen.page.frames
                if frame.evaluate("document.documentElement.scrollWidth > innerWidth")
            )

    look("closed")
    citizen.open()
    look("welcome")
    citizen.help.get_by_role("button", name="ma question").click()
    look("something is missing")
    citizen.ask("Bonsoir")
    look("waiting")
    claire.take()
    claire.say("Bonsoir Madame.")
    expect(citizen.help.get_by_text("Bonsoir Madame.")).to_be_visible()
    look("talk")
    citizen.help.get_by_role("button", name="Autres choix").click()
    expect(citizen.help.get_by_role("dialog")).to_be_visible()
    look("further choices")
    assert wrong == []
