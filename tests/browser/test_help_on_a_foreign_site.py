"""What the help does to the page that includes it: nothing before it is opened, no third party, nothing forbidden."""

import json
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.support import demo_site
from tests.support.help_pages import Agent, Citizen, Enter

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(120)]

SIZES = Path(__file__).parents[2] / "web" / "scripts" / "size.mjs"
EVERYTHING_STORED = """
async () => ({local: Object.keys(localStorage), session: Object.keys(sessionStorage), cookie: document.cookie,
  databases: (await indexedDB.databases()).map((one) => one.name), caches: await caches.keys()})
"""
NOTHING = {"local": [], "session": [], "cookie": "", "databases": [], "caches": []}


def cookies_of(context: BrowserContext) -> list[str]:
    return [str(cookie.get("name")) for cookie in context.cookies()]


def test_nothing_is_stored_or_fetched_before_it_is_opened(enter: Enter) -> None:
    marie = enter(Citizen, "Marie Petit")
    marie.visit()
    marie.page.wait_for_load_state("networkidle")
    assert marie.page.locator("iframe").count() == 0
    assert marie.page.evaluate(EVERYTHING_STORED) == NOTHING
    assert cookies_of(marie.context) == []
    help_at = marie.town.site.help_at
    assert [address for address in marie.asked if address.startswith(help_at)] == [f"{help_at}/aide.js"]


def test_to_open_it_signs_nobody_in_and_to_read_on_stores_no_cookie(enter: Enter) -> None:
    marie = enter(Citizen, "Marie Petit")
    marie.visit()
    marie.open_help()
    marie.reads("Aides au logement")
    assert marie.frame.evaluate(EVERYTHING_STORED) == NOTHING
    assert cookies_of(marie.context) == []
    assert not [address for address in marie.asked if "/api/guest" in address]


def test_a_whole_talk_asks_no_third_party_and_breaks_no_rule_of_the_site(enter: Enter, claire: Agent) -> None:
    marie = enter(Citizen, "Marie Petit")
    marie.ask("Papiers et état civil", "Où retirer ma carte ?")
    claire.take("Marie Petit")
    claire.say("À la mairie.")
    marie.has_messages("Où retirer ma carte ?", "À la mairie.")
    marie.choose("Garder cet échange")
    town = marie.town
    own = {urlsplit(address).netloc for address in (town.site.origin, town.system.base)}
    assert {urlsplit(address).netloc for address in marie.asked} - {""} == own
    assert {urlsplit(address).netloc for address in claire.asked} - {""} == {
        urlsplit(town.system.base).netloc
    }
    assert marie.violations() == claire.violations() == []
    assert cookies_of(marie.context) == []
    assert marie.complaints == claire.complaints == []


def test_a_site_that_was_not_named_cannot_frame_it(enter: Enter) -> None:
    marie = enter(Citizen, "Marie Petit")
    with demo_site.running() as stranger:
        stranger.help_at = marie.town.site.help_at
        marie.page.goto(stranger.origin + "/demo")
        with marie.context.expect_event("requestfailed", lambda request: "/aide/widget" in request.url):
            marie.launcher.click()
        expect(marie.view.locator("#main")).to_have_count(0)


def test_the_loader_and_the_first_screen_keep_their_budgets() -> None:
    done = subprocess.run(["node", SIZES], capture_output=True, text=True, timeout=30, check=True)
    sizes = {line["figure"]: line["value"] for line in map(json.loads, done.stdout.splitlines())}
    assert 0 < sizes["widget_loader_gzip_bytes"] <= 3_000
    assert 0 < sizes["widget_gzip_bytes"] <= 40_000
