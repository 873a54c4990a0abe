"""What the stories of a module share: one system, and a browser for each side with a camera and a voice of its own."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright

from load.browser.chromium import BLUE, RED, chromium, playing
from load.browser.pages import Pupil, Volunteer, meet
from load.system.whole import System, running
from tests.support import demo_site
from tests.support.demo_site import DemoSite
from tests.support.help_pages import Agent, Enter, Town, W

APPS = ("classroom.app:app", "helpdesk.app:app")


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


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    """The fictitious administration's site, another origin than the help's."""
    with demo_site.running() as site:
        yield site


@pytest.fixture(scope="module")
def town(site: DemoSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A whole system with the help desk, which that site may frame."""
    with running(tmp_path_factory.mktemp("town"), apps=APPS, EMBED_ORIGINS=site.origin) as system:
        site.help_at = system.base
        yield Town(system, site)


@pytest.fixture
def enter(town: Town, red_browser: Browser, blue_browser: Browser) -> Iterator[Enter]:
    """Lets somebody in with a window of her own: the desk is blue, everybody else red. All leave at the end."""
    with ExitStack() as leaving:

        def come(role: type[W], name: str, **context: Any) -> W:
            window = role(blue_browser if role is Agent else red_browser, town, name, **context)
            leaving.callback(window.leave)
            return window

        yield come


@pytest.fixture
def claire(enter: Enter) -> Agent:
    """An agent who is here and free."""
    claire = enter(Agent, "Claire Dubois")
    claire.sign_in()
    return claire
