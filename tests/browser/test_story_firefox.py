"""The story with Firefox as the pupil: another camera, another network stack, other ciphers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from load.browser.chromium import BLUE
from load.browser.pages import MEAN_COLOUR, READ_MEDIA, WATCH, Volunteer
from load.system.processes import wait_until
from load.system.whole import Link, System
from tests.support.firefox import evaluate, firefox

pytestmark = [pytest.mark.chromium, pytest.mark.firefox, pytest.mark.timeout(120)]

FAKE_TONE_HZ = 1000
"""Of Firefox's own fake microphone; its fake camera shows one colour after another."""


class FirefoxPupil:
    """A pupil at Firefox, who reads and presses what a pupil at Chromium does."""

    def __init__(self, browser: Any, system: System, link: Link) -> None:
        self.browser = browser
        browser.navigate(system.address(link))
        self.button("Écouter")
        browser.execute_script(WATCH, sandbox=None)

    def button(self, name: str) -> Any:
        """The button whose name begins so, when it is there."""
        path = f"//button[starts-with(normalize-space(), '{name}')]"
        wait_until(lambda: bool(self.browser.find_elements("xpath", path)), f"the button {name!r}", 15)
        return self.browser.find_element("xpath", path)

    def press(self, *names: str) -> None:
        for name in names:
            self.button(name).click()

    def ask(self, subject: str) -> None:
        self.button("Envoyer ma question")
        self.browser.execute_script(
            f"document.querySelector('input[name=subject][value={subject}]').click()", sandbox=None
        )
        self.press("Envoyer ma question")

    def reads(self, text: str) -> None:
        """Wait until the page shows `text`."""
        shown = "return document.body.innerText.replaceAll('\\u00a0', ' ')"
        wait_until(lambda: text in self.browser.execute_script(shown, sandbox=None), f"{text!r}", 15)

    def media(self) -> dict[str, Any]:
        found: dict[str, Any] = evaluate(self.browser, READ_MEDIA)
        return found

    def of(self, test_id: str, function: str) -> Any:
        """What a function of an element tells."""
        element = f"document.querySelector('[data-testid={test_id}]')"
        return evaluate(self.browser, f"async () => ({function})({element})")


@contextmanager
def pupil_at_firefox(system: System, name: str, folder: Path, **preferences: Any) -> Iterator[FirefoxPupil]:
    with firefox(folder, **preferences) as browser:
        yield FirefoxPupil(browser, system, system.person(name))


def they_meet(pupil: FirefoxPupil, volunteer: Volunteer, name: str) -> None:
    """Both are in the lesson, and the pupil sees and hears the volunteer."""
    pupil.ask("maths")
    volunteer.hears_ringing(name)
    volunteer.accept(name)
    volunteer.is_in_lesson(with_name=name)
    pupil.reads("Leçon avec Jeanne M.")
    wait_until(lambda: pupil.media()["decoded"] >= 90, "90 pictures at Firefox", 20)
    mean = pupil.of("remote-video", MEAN_COLOUR)
    assert mean.index(max(mean)) == BLUE.strongest, mean
    # Firefox runs no AudioContext on a machine without loudspeakers: its own count of the energy has to do.
    wait_until(lambda: pupil.media()["voice"] >= 150, "three seconds of voice at Firefox", 20)
    assert pupil.media()["energy"] > 0.01, pupil.media()


def test_a_pupil_at_firefox_sees_hears_is_seen_and_is_heard(
    school: System, jeanne: Volunteer, tmp_path: Path
) -> None:
    with pupil_at_firefox(
        school, "Yasmine T.", tmp_path / "profile", media__peerconnection__ice__obfuscate_host_addresses=False
    ) as yasmine:
        yasmine.press("Écouter", "Oui, j’entends", "Essayer le micro", "Continuer")
        yasmine.press("Essayer la caméra", "On me voit, c’est bon")
        they_meet(yasmine, jeanne, "Yasmine T.")
        jeanne.sees()
        jeanne.hears_tone(FAKE_TONE_HZ)
        jeanne.knows_who_is_in_the_picture("Yasmine T.")
        yasmine.press("Raccrocher")
        yasmine.reads("La leçon est finie")
        jeanne.reads("La leçon avec Yasmine T. est finie")


def test_a_pupil_at_firefox_without_camera_and_with_hidden_addresses_is_heard(
    school: System, jeanne: Volunteer, tmp_path: Path
) -> None:
    with pupil_at_firefox(
        school, "Gabriel S.", tmp_path / "profile", media__peerconnection__ice__obfuscate_host_addresses=True
    ) as gabriel:
        gabriel.press("Écouter", "Oui, j’entends", "Essayer le micro", "Continuer", "Sans caméra")
        they_meet(gabriel, jeanne, "Gabriel S.")
        jeanne.reads("Gabriel S. a coupé sa caméra")
        jeanne.hears_tone(FAKE_TONE_HZ)
        gabriel.press("Raccrocher")
        gabriel.reads("La leçon est finie")
        jeanne.reads("La leçon avec Gabriel S. est finie")
