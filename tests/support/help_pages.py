"""Citizens, their helpers, agents and supervisors at their browsers, in the words that they read on the pages."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from playwright.sync_api import Browser, Frame, FrameLocator, Locator, Page, expect

from load.browser.pages import READ_MEDIA, WATCH
from load.system.whole import System
from tests.support.demo_site import DemoSite

WAIT_MS = 15_000
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}

WATCH_POLICY = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) =>
  window.violations.push(`${event.effectiveDirective} ${event.blockedURI}`));
"""


FOCUSED = """
() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  if (element?.tagName === 'IFRAME') return {name: 'IFRAME', seen: true};
  const drawn = [element, element.closest('label')].some(
    (one) => one && getComputedStyle(one).outlineStyle !== 'none' && parseFloat(getComputedStyle(one).outlineWidth) > 0);
  const label = [...(element.labels ?? [])].map((one) => one.innerText).join(' ');
  return {name: (element.getAttribute('aria-label') || label || element.innerText || '').trim(),
    seen: element.matches(':focus-visible') && drawn};
}
"""


@dataclass(frozen=True)
class Town:
    """The whole system, and the site of the administration that frames its help."""

    system: System
    site: DemoSite


class Window:
    """Somebody at a browser window of her own.

    Attributes:
        said: What a line of the talk shows of a message, as a CSS selector.
        composer: Label of the field for a message.
    """

    said = ".bubble"
    composer: str | re.Pattern[str] = "Écrire un message"
    unsent = "pas encore parti"

    def __init__(self, browser: Browser, town: Town, name: str, **context: Any) -> None:
        self.town = town
        self.name = name
        self.context = browser.new_context(
            locale="fr-FR", timezone_id="Europe/Paris", **({"viewport": WIDE} | context)
        )
        self.context.set_default_timeout(WAIT_MS)
        self.context.add_init_script(WATCH)
        self.context.add_init_script(WATCH_POLICY)
        self.complaints: list[str] = []
        """What went wrong inside the pages."""
        self.asked: list[str] = []
        """Addresses that the pages asked for."""
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.page: Page = self.context.new_page()

    @property
    def view(self) -> Page | FrameLocator:
        """Where the product's own page is."""
        return self.page

    @property
    def frame(self) -> Frame:
        """Its document, to look into."""
        return self.page.main_frame

    def button(self, name: str | re.Pattern[str]) -> Locator:
        """The button of that name."""
        return self.view.get_by_role("button", name=name, exact=True)

    def press(self, name: str | re.Pattern[str]) -> None:
        """Press the button of that name."""
        self.button(name).click()

    def reads(self, text: str | re.Pattern[str], within_ms: int = WAIT_MS) -> None:
        """Wait until the page shows `text`; a space of a pattern stands for any space."""
        if isinstance(text, re.Pattern):
            text = re.compile(text.pattern.replace(" ", r"\s"))
        self._shows(self.view.get_by_text(text).filter(visible=True).first, f"{text!r}", within_ms)

    def reads_nothing_of(self, text: str | re.Pattern[str]) -> None:
        """Wait until the page does not show `text`, or not any more."""
        expect(self.view.get_by_text(text).filter(visible=True)).to_have_count(0)

    def types(self, text: str) -> None:
        """Write without sending."""
        self.view.get_by_label(self.composer).fill(text)

    def say(self, text: str) -> None:
        """Write a message and send it."""
        self.types(text)
        self.press("Envoyer")

    def messages(self) -> list[str]:
        """What was said in writing, in order, with plain spaces."""
        texts = self.view.locator(self.said).all_inner_texts()
        return [re.sub(r"\s", " ", text.strip()) for text in texts]

    def has_messages(self, *texts: str) -> None:
        """Wait until exactly these were said, in this order."""
        expect(self.view.locator(self.said)).to_have_text(list(texts), timeout=WAIT_MS)

    def has_sent_all(self) -> None:
        """Wait until no message waits for the network."""
        self.reads_nothing_of(re.compile(self.unsent))

    def media(self) -> dict[str, Any]:
        """Counters of the media connection."""
        found: dict[str, Any] = self.frame.evaluate(READ_MEDIA)
        return found

    def sees(self, frames: int) -> None:
        """Wait until `frames` were decoded since the connection was made."""
        self._until(lambda: self.media()["decoded"] >= frames, f"{frames} pictures")

    def hang_up(self) -> None:
        """End the call."""
        self.press("Raccrocher")

    def focused(self) -> tuple[str, bool]:
        """Name of what has the focus, and whether one can see that it has it."""
        found = self.page.evaluate(FOCUSED)
        if found["name"] == "IFRAME":
            found = self.frame.evaluate(FOCUSED)
        return str(found["name"]), bool(found["seen"])

    def tab_to(self, name: str) -> None:
        """Press Tab until the focus is on what begins with this name, seen by everybody all the way."""
        met: list[str] = []
        for _ in range(60):
            self.page.keyboard.press("Tab")
            found, seen = self.focused()
            met.append(found)
            if found.startswith(name):
                assert seen, f"nobody sees the focus on {name!r}"
                return
        raise LookupError(f"Tab never came to {name!r}, but to {met}")

    def press_by_keyboard(self, name: str, key: str = "Enter") -> None:
        """Tab to it and press the key."""
        self.tab_to(name)
        self.page.keyboard.press(key)

    def violations(self) -> list[str]:
        """What a content security policy forbade, in each frame."""
        return [line for frame in self.page.frames for line in frame.evaluate("window.violations")]

    def screenshot(self, file: Path) -> None:
        """Keep what is on the screen, for a person to look at."""
        self.page.screenshot(path=file)

    def leave(self) -> None:
        """Close the window."""
        self.context.close()

    def _shows(self, what: Locator, words: str, within_ms: int = WAIT_MS) -> None:
        try:
            expect(what).to_be_visible(timeout=within_ms)
        except AssertionError:
            text = self.view.locator("body").inner_text()
            raise AssertionError(f"{self.name} does not read {words} but:\n{text}") from None

    def _until(self, holds: Callable[[], bool], what: str, within_ms: int = 30_000) -> None:
        for _ in range(within_ms // 100):
            if holds():
                return
            self.page.wait_for_timeout(100)
        raise TimeoutError(f"{self.name} has not {what}; {self.complaints}")


W = TypeVar("W", bound=Window)


class Enter(Protocol):
    """Opens a window for somebody."""

    def __call__(self, role: type[W], name: str, **context: Any) -> W:
        """Return the window; `context` are Playwright's options."""
        ...


class Citizen(Window):
    """Asks, on the administration's own site."""

    @property
    def view(self) -> FrameLocator:
        return self.page.frame_locator("permanence-aide iframe")

    @property
    def frame(self) -> Frame:
        frame = self.page.locator("permanence-aide iframe").element_handle().content_frame()
        if frame is None:
            raise LookupError("the help is not open")
        return frame

    @property
    def launcher(self) -> Locator:
        """The button on the host's page."""
        return self.page.get_by_role("button", name=re.compile("^Besoin d’aide"))

    def visit(self, path: str = "/demo/logement") -> None:
        """Open a page of the administration."""
        self.page.goto(self.town.site.origin + path)
        expect(self.launcher).to_be_visible()

    def open_help(self) -> None:
        """Press the button."""
        self.launcher.click()
        expect(self.view.locator("#main h1")).to_be_visible()

    def fill(self, topic: str, words: str) -> None:
        """Fill in the first form."""
        self.view.get_by_label(topic).check()
        self.view.get_by_label("Votre question").fill(words)
        self.view.get_by_label("Votre nom").fill(self.name)

    def ask(self, topic: str, words: str) -> None:
        """Open the help and ask; wait until the question is in the line."""
        self.visit()
        self.open_help()
        self.fill(topic, words)
        self.press("Envoyer ma question")
        self.reads("Votre question est bien reçue")

    def reload(self) -> None:
        """Load the page again; on a telephone the help is then opened again."""
        self.page.reload()
        self.launcher.or_(self.page.locator("dialog[open]")).first.wait_for()
        if self.launcher.is_visible():
            self.open_help()

    def choose(self, option: str) -> None:
        """Open the further choices and take one."""
        self.press("Autres choix")
        self.view.get_by_role("dialog").get_by_role("button", name=option, exact=True).click()

    def invite(self, name: str) -> str:
        """Ask somebody to write along; return the address of the invitation. The dialog stays open."""
        dialog = self.view.get_by_role("dialog")
        dialog.get_by_label("Son prénom").fill(name)
        dialog.get_by_role("button", name="Inviter", exact=True).click()
        self.reads(f"Donnez ce code à {name} :")
        dialog.get_by_role("button", name="Copier le lien", exact=True).click()
        self.reads("C’est copié.")
        return self._pasted()

    def _pasted(self) -> str:
        """What was copied, as another page gets it."""
        page = self.context.new_page()
        page.set_content("<input aria-label='Coller'>")
        field = page.get_by_label("Coller")
        field.press("Control+V")
        expect(field).not_to_have_value("")
        text = field.input_value()
        page.close()
        return text

    def send_file(self, name: str, kind: str, data: bytes) -> None:
        """Send a document."""
        self.press("Joindre un document")
        self.view.get_by_label("Choisir un document").set_input_files(
            {"name": name, "mimeType": kind, "buffer": data}
        )


class Helper(Window):
    """Writes along, on a page of her own."""

    def come(self, address: str) -> None:
        """Open the invitation's link, say who she is, and begin."""
        self.page.goto(address)
        self.join()

    def join(self) -> None:
        """Say who she is, and begin."""
        self.view.get_by_label("Votre nom").fill(self.name)
        self.press("Commencer")
        self.reads("La personne voit ce texte en direct.")


class Agent(Window):
    """Answers, at the console; a supervisor too."""

    said = ".said-text"
    composer: str | re.Pattern[str] = re.compile("^Votre réponse à")
    unsent = "part dès que possible"

    def sign_in(self) -> None:
        """Open the personal link."""
        self.page.goto(self.town.system.address(self.town.system.person(self.name)))
        self.page.wait_for_url("**/conseil/*")
        expect(self.view.get_by_role("heading", name="Mes conversations")).to_be_visible()

    def hears(self, citizen: str) -> None:
        """Wait until the question rings."""
        self._shows(self.button(f"Prendre la conversation de {citizen}"), f"that {citizen} rings")

    def take(self, citizen: str) -> None:
        """Take what rings."""
        self.hears(citizen)
        self.press(f"Prendre la conversation de {citizen}")
        self.has(citizen)

    def has(self, citizen: str) -> None:
        """Wait until the conversation is hers."""
        expect(self.view.get_by_label(f"Votre réponse à {citizen}")).to_be_visible(timeout=WAIT_MS)

    def opens(self, document: str) -> bytes:
        """Open a document of the talk; return its bytes."""
        link = self.view.get_by_role("list", name="Messages").get_by_role(
            "link", name=re.compile(re.escape(document))
        )
        address = link.get_attribute("href")
        response = self.context.request.get(self.town.system.base + str(address))
        expect(response).to_be_ok()
        return response.body()

    def ends_talk(self) -> None:
        """End the conversation, and say so twice."""
        self.press("Terminer")
        self.press("Oui, terminer")
