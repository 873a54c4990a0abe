"""The help by keyboard alone, on both sides, and what a screen reader is told."""

import pytest
from playwright.sync_api import expect

from tests.support.help_pages import Agent, Citizen, Enter

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(120)]

LIVE = "[aria-live], [role=log], [role=status], [role=alert]"


def test_both_sides_ask_answer_and_end_without_a_mouse(enter: Enter, claire: Agent) -> None:
    emma = enter(Citizen, "Emma Blanc")
    asks_by_keyboard(emma)
    claire.hears("Emma Blanc")
    claire.page.keyboard.press("p")
    claire.has("Emma Blanc")
    expect(claire.view.get_by_label(claire.composer)).to_be_focused()
    emma.reads("Vous parlez avec Claire Dubois")
    emma.tab_to("Écrire un message")
    emma.page.keyboard.type("J’ai commencé une phr")
    claire.page.keyboard.type("Bonjour Emma")
    claire.page.keyboard.press("Enter")
    arrival_is_told_and_moves_nothing(emma, "Claire Dubois : Bonjour Emma")
    emma.page.keyboard.type("ase")
    emma.page.keyboard.press("Enter")
    claire.has_messages("Mon code ne marche pas.", "Bonjour Emma", "J’ai commencé une phrase")
    assert claire.focused()[0].startswith("Votre réponse à")
    options_open_and_escape_closes_one_thing_at_a_time(emma)
    dialogs_of_the_desk(claire)
    claire.page.keyboard.press("Alt+e")
    claire.button("Oui, terminer").wait_for()
    claire.page.keyboard.press("Alt+e")
    emma.page.keyboard.press("Enter")
    emma.reads("Cet échange est terminé. Si vous écrivez, il reprend.")
    emma.press_by_keyboard("En partie", key="Space")
    emma.reads("Merci de votre avis.")


def asks_by_keyboard(emma: Citizen) -> None:
    emma.visit()
    emma.press_by_keyboard("Besoin d’aide ?")
    emma.reads("Un conseiller vous répond par écrit.")
    emma.tab_to("Aides au logement")
    for _ in range(3):
        emma.page.keyboard.press("ArrowDown")
    assert emma.focused()[0].startswith("Aide à la connexion")
    emma.tab_to("Votre question")
    emma.page.keyboard.type("Mon code ne marche pas.")
    emma.tab_to("Votre nom")
    emma.page.keyboard.type("Emma Blanc")
    emma.press_by_keyboard("Envoyer ma question")
    emma.reads("Votre question est bien reçue")


def arrival_is_told_and_moves_nothing(emma: Citizen, told: str) -> None:
    """A separate polite region says it; the list itself is quiet, and the focus stays where one writes."""
    expect(emma.view.locator("[aria-live=polite]")).to_have_text(told)
    assert emma.focused() == ("Écrire un message", True)
    messages = emma.view.get_by_role("list", name="Messages")
    assert messages.evaluate(f"(list) => list.closest({LIVE!r}) === null")
    assert messages.locator(LIVE).count() == 0


def options_open_and_escape_closes_one_thing_at_a_time(emma: Citizen) -> None:
    """The dialog, then the help; the focus goes back to what opened each."""
    emma.press_by_keyboard("Autres choix")
    expect(emma.view.get_by_role("dialog")).to_be_visible()
    emma.page.keyboard.press("Escape")
    expect(emma.view.get_by_role("dialog")).to_have_count(0)
    assert emma.focused()[0] == "Autres choix"
    emma.page.keyboard.press("Escape")
    expect(emma.launcher).to_be_focused()
    expect(emma.page.locator("permanence-aide dialog")).to_be_hidden()


def dialogs_of_the_desk(claire: Agent) -> None:
    """A letter with Alt opens each from within the field, Escape closes it, and one goes on writing."""
    for key, title in (("t", "Transférer la conversation de Emma Blanc"), ("?", "Raccourcis clavier")):
        claire.page.keyboard.press(f"Alt+{key}")
        dialog = claire.view.get_by_role("dialog", name=title)
        expect(dialog).to_be_visible()
        claire.page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(claire.view.get_by_label(claire.composer)).to_be_focused()
    claire.page.keyboard.press("Control+k")
    claire.reads("Flèches pour choisir, Entrée pour insérer, Échap pour fermer.")
    expect(claire.view.get_by_role("combobox")).to_be_focused()
    expect(claire.view.get_by_role("option").first).to_be_visible()
    claire.page.keyboard.press("ArrowDown")
    claire.page.keyboard.press("Enter")
    expect(claire.view.get_by_label(claire.composer)).not_to_have_value("")
    expect(claire.view.get_by_label(claire.composer)).to_be_focused()


def test_the_form_stays_under_the_fingers_while_a_login_is_made(enter: Enter) -> None:
    emma = enter(Citizen, "Emma Blanc")
    emma.visit()
    emma.open_help()
    words = emma.view.get_by_label("Votre question")
    words.evaluate("(field) => { field.same = true; }")
    with emma.page.expect_response("**/api/guest/helpdesk"):
        words.press_sequentially("Bo")
    with emma.page.expect_websocket(lambda socket: socket.url.startswith("ws")) as connected:
        words.press_sequentially("nj")
    connected.value.wait_for_event("framereceived")
    words.press_sequentially("our, ")
    emma.page.wait_for_load_state("networkidle")
    emma.page.keyboard.type("une question")
    expect(words).to_have_value("Bonjour, une question")
    assert words.evaluate("(field) => field.same && field === document.activeElement")


def test_arabic_is_read_from_right_to_left(enter: Enter) -> None:
    emma = enter(Citizen, "إيما")
    emma.town.site.language = "ar"
    try:
        emma.page.goto(emma.town.site.origin + "/demo")
        emma.page.get_by_role("button", name="هل تحتاج إلى مساعدة؟").click()
        expect(emma.view.locator("html[lang=ar][dir=rtl]")).to_have_count(1)
        expect(emma.view.get_by_text("مساعدات السكن")).to_be_visible()
        assert emma.frame.evaluate("getComputedStyle(document.querySelector('#main h1')).direction") == "rtl"
    finally:
        emma.town.site.language = "fr"
