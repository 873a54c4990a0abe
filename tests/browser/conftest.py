"""What the stories of a module share: one system, and a browser for each side with a camera and a voice of its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright

from load.browser.chromium import BLUE, RED, chromium, playing
from load.browser.pages import Pupil, Volunteer, meet
from load.system.whole import System, running


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A whole system."""
    with running(tmp_path_factory.mktemp("school")) as system:
        yield system


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with playing() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def red_browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The pupils'."""
    with chromium(playwright, RED, tmp_path_factory.mktemp("red")) as browser:
        yield browser


@pytest.fixture(scope="module")
def blue_browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The volunteers'."""
    with chromium(playwright, BLUE, tmp_path_factory.mktemp("blue")) as browser:
        yield browser


@pytest.fixture
def adam(school: System, red_browser: Browser) -> Iterator[Pupil]:
    """A pupil who has passed the check."""
    pupil = Pupil(red_browser, school, school.person("Adam K."))
    pupil.sign_in()
    if pupil.must_check():
        pupil.check_devices()
    yield pupil
    pupil.leave()


@pytest.fixture
def jeanne(school: System, blue_browser: Browser) -> Iterator[Volunteer]:
    """A volunteer who is here and free."""
    volunteer = Volunteer(blue_browser, school, school.person("Jeanne M."))
    volunteer.sign_in()
    yield volunteer
    volunteer.leave()


@pytest.fixture
def lesson(adam: Pupil, jeanne: Volunteer) -> Iterator[tuple[Pupil, Volunteer]]:
    """Both in a lesson and seeing each other; who is still in it at the end hangs up."""
    meet(adam, jeanne)
    adam.sees(frames=10)
    jeanne.sees(frames=10)
    yield adam, jeanne
    for person in (adam, jeanne):
        if person.button("Raccrocher").is_visible():
            person.hang_up()
            person.reads("Bonjour")
            break
