"""The truth about who answers: nobody here, hours, two who want the same one, one whose page is gone, a supervisor."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.help_pages import Agent, Citizen, Enter, Town

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(120)]

EVERY_DAY = '"mon-sun 0:00-24:00"'
TOPICS = """
[[topics]]
id = "logement"
names = {{ fr = "Aides au logement" }}
hours = [{hours}]
[[agents]]
name = "Claire Dubois"
topics = ["logement"]
[[agents]]
name = "Karim Haddad"
topics = ["logement"]
[[supervisors]]
name = "Sylvie Laurent"
"""


@pytest.fixture
def hours(town: Town, tmp_path: Path) -> Iterator["Hours"]:
    hours = Hours(town, tmp_path / "register.toml")
    yield hours
    hours.are(EVERY_DAY)


class Hours:
    """The operator's file."""

    def __init__(self, town: Town, file: Path) -> None:
        self.town, self.file = town, file

    def are(self, hours: str) -> None:
        """Load a desk with one topic that is open at `hours`."""
        self.file.write_text(TOPICS.format(hours=hours), encoding="utf-8")
        self.town.system.admin("load", "helpdesk.app:app", str(self.file))


def test_without_an_agent_no_live_talk_is_offered_until_one_comes(enter: Enter) -> None:
    omar = enter(Citizen, "Omar Diallo")
    omar.visit()
    omar.open_help()
    omar.reads("Les conseillers sont tous absents pour l’instant")
    omar.fill("Aides au logement", "Puis-je passer demain ?")
    expect(omar.button("Envoyer ma question")).to_have_count(0)
    omar.press("Laisser ma question")
    omar.reads("Votre question est bien reçue")
    omar.reads("Aucun conseiller n’est là pour l’instant.")
    expect(omar.view.get_by_text(re.compile("En général, la réponse arrive"))).to_have_count(0)
    late = enter(Citizen, "Lou Marchand")
    late.visit()
    late.open_help()
    late.fill("Aides au logement", "Et moi ?")
    late.button("Laisser ma question").wait_for()
    claire = enter(Agent, "Claire Dubois")
    claire.sign_in()
    late.button("Envoyer ma question").wait_for()
    omar.reads_nothing_of("Aucun conseiller n’est là pour l’instant.")
    omar.reads("C’est bientôt votre tour")
    claire.take("Omar Diallo")
    omar.reads("Vous parlez avec Claire Dubois")
    claire.ends_talk()


def test_outside_hours_it_says_when_an_answer_comes(enter: Enter, claire: Agent, hours: Hours) -> None:
    hours.are("")
    hours.are('"mon-sun 3:07-3:08"')
    rose = enter(Citizen, "Rose Garnier")
    rose.visit()
    rose.open_help()
    rose.reads(re.compile("Fermé. Laissez un message : réponse à partir de .*, 3 h 07"))
    rose.fill("Aides au logement", "Quand ouvrez-vous ?")
    rose.press("Laisser ma question")
    rose.reads(re.compile("Personne ne peut répondre maintenant. Réponse à partir de .*, 3 h 07"))
    expect(claire.button("Prendre la conversation de Rose Garnier")).to_have_count(0)
    hours.are(EVERY_DAY)
    claire.take("Rose Garnier")
    rose.reads("Vous parlez avec Claire Dubois")
    claire.ends_talk()


def test_two_take_the_same_one_and_the_slower_reads_who_has_it(enter: Enter, claire: Agent) -> None:
    karim = enter(Agent, "Karim Haddad")
    karim.sign_in()
    zoe = enter(Citizen, "Zoé Lambert")
    zoe.ask("Aides au logement", "Mon bail est fini.")
    for agent in (claire, karim):
        agent.view.get_by_role("button", name=re.compile("Zoé Lambert")).first.click()
        expect(
            agent.view.get_by_role("main").get_by_role("button", name="Prendre", exact=True)
        ).to_be_visible()
    karim.context.set_offline(True)
    karim.page.get_by_role("main").get_by_role("button", name="Prendre", exact=True).click()
    claire.page.get_by_role("main").get_by_role("button", name="Prendre", exact=True).click()
    claire.has("Zoé Lambert")
    karim.context.set_offline(False)
    karim.reads(re.compile("Claire Dubois (l’a prise avant vous|s’en occupe)"))
    expect(karim.view.get_by_label("Votre réponse à Zoé Lambert")).to_have_count(0)
    zoe.reads("Vous parlez avec Claire Dubois")
    claire.ends_talk()


def test_a_supervisor_sees_the_line_and_the_desk_as_they_are(enter: Enter, claire: Agent) -> None:
    sylvie = enter(Agent, "Sylvie Laurent")
    sylvie.sign_in()
    sylvie.press("Supervision")
    eva = enter(Citizen, "Éva Simon")
    eva.ask("Aides au logement", "Une question.")
    row = sylvie.view.get_by_role("row", name=re.compile("Éva Simon"))
    expect(row).to_contain_text("en attente")
    claire.take("Éva Simon")
    expect(row).to_contain_text("en cours")
    expect(row).to_contain_text("Claire Dubois")
    desk = sylvie.view.get_by_role("region", name="Les agents")
    expect(desk.get_by_role("listitem").filter(has_text="Claire Dubois")).to_contain_text("1 conversation")
    expect(desk.get_by_role("listitem").filter(has_text="Karim Haddad")).to_contain_text("pas en ligne")
    claire.ends_talk()
    expect(row).to_have_count(0)


def test_an_agent_whose_page_is_gone_is_waited_for_until_a_stated_time(enter: Enter, claire: Agent) -> None:
    tom = enter(Citizen, "Tom Leroy")
    tom.ask("Aides au logement", "Vous êtes là ?")
    claire.take("Tom Leroy")
    tom.reads("Votre conseiller est là.")
    claire.page.close()
    tom.reads(
        re.compile(
            "Claire Dubois a perdu la connexion. On attend jusqu’à .* h.*, "
            "puis un collègue vous répond. Rien n’est perdu."
        ),
        within_ms=30_000,
    )
    back = enter(Agent, "Claire Dubois")
    back.sign_in()
    tom.reads("Claire Dubois est de retour")
    tom.reads_nothing_of("On attend")
