"""What stands in the way of a lesson: a refused microphone, a network without WebSockets; and a larger house."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect

from load.browser.chromium import BLUE, RED, chromium
from load.browser.pages import Pupil, Volunteer, meet
from load.system.whole import System, running

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(120)]


@pytest.fixture
def refusing_browser(playwright: Playwright, tmp_path: Path) -> Iterator[Browser]:
    with chromium(playwright, RED, tmp_path, consenting=False) as browser:
        yield browser


def test_a_refused_microphone_is_explained_with_the_way_out(
    school: System, refusing_browser: Browser, jeanne: Volunteer
) -> None:
    noe = Pupil(refusing_browser, school, school.person("Noé P."))
    noe.sign_in()
    noe.press("Écouter")
    noe.press("Oui, j’entends")
    noe.press("Essayer le micro")
    noe.reads("Le micro a été refusé.")
    noe.reads("l’icône à gauche de l’adresse de la page")
    noe.press("Continuer sans micro, en écrivant")
    noe.press("Essayer la caméra")
    noe.reads("La caméra a été refusée.")
    noe.press("Sans caméra")
    meet(noe, jeanne)
    noe.sees_and_hears(BLUE, frames=30)
    jeanne.reads("Noé P. a coupé son micro")
    noe.say("Je peux écrire")
    jeanne.reads("Je peux écrire")
    noe.hang_up()
    jeanne.reads("La leçon avec Noé P. est finie")
    noe.leave()


def test_where_websockets_are_blocked_the_lesson_works_over_plain_http(
    school: System, red_browser: Browser, jeanne: Volunteer
) -> None:
    awa = Pupil(red_browser, school, school.person("Awa D."))
    awa.context.route_web_socket("**/*", lambda socket: socket.close())
    awa.sign_in()
    awa.reads("Réseau limité")
    awa.check_devices()
    meet(awa, jeanne)
    awa.sees_and_hears(BLUE, frames=30)
    jeanne.sees_and_hears(RED, frames=30)
    awa.say("Tu me lis ?")
    jeanne.reads("Tu me lis ?")
    jeanne.say("Très bien.")
    awa.reads("Très bien.")
    jeanne.hang_up()
    awa.reads("La leçon est finie")
    awa.leave()


@pytest.mark.redis
@pytest.mark.postgres
def test_people_on_different_processes_meet(
    red_browser: Browser, blue_browser: Browser, redis_server_url: str, postgres_url: str, tmp_path: Path
) -> None:
    with running(tmp_path, web=2, sfu=2, database_url=postgres_url, redis_url=redis_server_url) as system:
        lina = Pupil(red_browser, system, system.person("Lina B."))
        paul = Volunteer(blue_browser, system, system.person("Paul L."))
        lina.sign_in()
        lina.check_devices()
        paul.sign_in()
        put_on_different_processes(system, paul)
        meet(lina, paul)
        lina.sees_and_hears(BLUE, frames=30)
        paul.sees_and_hears(RED, frames=30)
        lina.say("Bonsoir !")
        paul.reads("Bonsoir !")
        paul.hang_up()
        lina.reads("La leçon est finie")
        lina.leave()
        paul.leave()


def put_on_different_processes(system: System, second: Volunteer) -> None:
    """Load the page of the second person until each of the two web processes has one connection."""
    carried: dict[int, int] = {}
    for _ in range(20):
        expect(second.page.locator(".class-rows")).to_be_visible()
        carried = {
            round(health["up_s"]): health["connections"] for health in (system.health() for _ in range(16))
        }
        if sorted(carried.values()) == [1, 1]:
            return
        second.page.reload()
    pytest.fail(f"never on different processes: {carried}")
