"""S2, S3 and S4: a citizen, his daughter and an agent, on a page of the administration at another origin than ours."""

import pytest
from playwright.sync_api import expect

from tests.support.help_pages import PHONE, Agent, Citizen, Enter, Helper
from tests.support.papers import pdf
from tests.support.photos import jpeg

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(150)]

QUESTION = "On me demande une attestation de loyer."
DRAFT = "Mon père ne trouve pas l’attestation de loyer. Qui doit la remplir ?"
ANSWER = "Le propriétaire la remplit."


def test_he_asks_his_daughter_helps_an_agent_answers_and_nothing_is_lost(enter: Enter, claire: Agent) -> None:
    paul = enter(Citizen, "Paul Bernard", viewport=PHONE)
    paul.ask("Aides au logement", QUESTION)
    lea = enter(Helper, "Léa Bernard")
    daughter_helps(paul, lea)
    claire.take("Paul Bernard")
    claire.has_messages(QUESTION, DRAFT)
    claire.reads("écrit avec Léa Bernard")
    paul.reads("Vous parlez avec Claire Dubois")
    claire.say(ANSWER)
    paul.has_messages(QUESTION, DRAFT, ANSWER)
    lea.has_messages(DRAFT, ANSWER)
    paul.reload()
    paul.has_messages(QUESTION, DRAFT, ANSWER)
    said = network_goes(paul, claire, [QUESTION, DRAFT, ANSWER])
    consent_is_withdrawn(paul, lea, claire, [*said, "Ceci reste entre nous."])
    a_paper_and_a_photo(paul, claire)
    assert paul.complaints == lea.complaints == claire.complaints == []


def daughter_helps(paul: Citizen, lea: Helper) -> None:
    """By the link of the invitation; he sees what she writes while she writes, and it is he who sends it."""
    paul.choose("Un proche écrit avec moi")
    lea.come(paul.invite("Léa"))
    paul.page.keyboard.press("Escape")
    paul.reads("Léa Bernard écrit avec vous")
    lea.types(DRAFT[:20])
    paul.reads(DRAFT[:20])
    lea.types(DRAFT)
    paul.reads(DRAFT)
    assert paul.messages() == [QUESTION]
    paul.press("Envoyer ce texte")
    lea.has_messages(DRAFT)
    assert QUESTION not in lea.frame.content(), "she sees what was said before she came"


def network_goes(paul: Citizen, claire: Agent, before: list[str]) -> list[str]:
    """It is cut while both write: everything comes once, and in the same order on both sides."""
    both = (paul, claire)
    for person in both:
        person.context.set_offline(True)
    for number in (1, 2, 3):
        for person in both:
            person.say(f"{person.name}, {number}, sans réseau")
    for person in both:
        person.reads("La connexion est coupée.")
        expect(person.view.locator(person.said)).to_have_count(len(before) + 3)
    for person in both:
        person.context.set_offline(False)
    for person in both:
        expect(person.view.locator(person.said)).to_have_count(len(before) + 6)
        person.has_sent_all()
    said = paul.messages()
    assert claire.messages() == said
    assert said[: len(before)] == before
    for person in both:
        own = [text for text in said if text.startswith(person.name)]
        assert own == [f"{person.name}, {number}, sans réseau" for number in (1, 2, 3)]
    return said


def consent_is_withdrawn(paul: Citizen, lea: Helper, claire: Agent, after: list[str]) -> None:
    """Her page says so at once, and shows nothing new."""
    lea.types("Et encore ceci")
    paul.reads("Et encore ceci")
    paul.press("Arrêter l’aide")
    lea.reads("L’aide est terminée")
    paul.reads_nothing_of("Et encore ceci")
    claire.reads("Léa Bernard n’aide plus à écrire")
    claire.say(after[-1])
    paul.has_messages(*after)
    assert after[-1] not in lea.frame.content()
    # What was read out to her is kept for the time of reading.
    expect(lea.page.locator("body")).not_to_contain_text(DRAFT)
    lea.page.reload()
    lea.page.wait_for_load_state("networkidle")
    assert lea.messages() == []
    assert after[-1] not in lea.frame.content()


def a_paper_and_a_photo(paul: Citizen, claire: Agent) -> None:
    """The agent opens what he sends, byte for byte; a photo loses where it was taken, not what it shows."""
    paper = pdf(b"attestation", 40_000)
    paul.send_file("attestation.pdf", "application/pdf", paper)
    assert claire.opens("attestation.pdf") == paper
    paul.send_file("photo.jpg", "image/jpeg", jpeg())
    assert claire.opens("photo.jpg").startswith(b"\xff\xd8\xff")


def test_they_change_to_video_and_the_chat_goes_on_beside_it(enter: Enter, claire: Agent) -> None:
    nadia = enter(Citizen, "Nadia Roche", viewport=PHONE)
    nadia.ask("Aides au logement", "Je ne comprends pas le formulaire.")
    claire.take("Nadia Roche")
    claire.press("Proposer la vidéo")
    nadia.reads("Claire Dubois vous propose de continuer en vidéo.")
    nadia.press("Accepter la vidéo")
    for person in (nadia, claire):
        person.sees(frames=60)
    said = ["Je ne comprends pas le formulaire.", "Je vous vois bien !", "Moi aussi."]
    nadia.say(said[1])
    claire.has_messages(*said[:2])
    claire.say(said[2])
    nadia.has_messages(*said)
    nadia.hang_up()
    for person in (nadia, claire):
        expect(person.view.get_by_test_id("remote-video")).to_have_count(0)
        person.has_messages(*said)
    claire.reads("L’appel vidéo est terminé")
    it_ends_and_begins_again(nadia, claire, said)
    assert nadia.complaints == claire.complaints == []


def it_ends_and_begins_again(nadia: Citizen, claire: Agent, said: list[str]) -> None:
    """Satisfaction in one tap; to write is to open it again, and nothing is swallowed."""
    claire.ends_talk()
    nadia.reads("Cet échange est terminé. Si vous écrivez, il reprend.")
    nadia.press("Oui")
    nadia.reads("Merci de votre avis.")
    nadia.say("Une chose encore.")
    claire.take("Nadia Roche")
    claire.has_messages(*said, "Une chose encore.")
    nadia.reads("Vous parlez avec Claire Dubois")


def test_the_citizen_proposes_video_and_the_agent_says_not_now(enter: Enter, claire: Agent) -> None:
    ines = enter(Citizen, "Inès Faure")
    ines.ask("Papiers et état civil", "Puis-je vous montrer mon acte ?")
    claire.take("Inès Faure")
    ines.choose("Continuer en vidéo")
    ines.reads("Vous avez proposé la vidéo. On attend la réponse…")
    claire.reads("Inès Faure propose un appel vidéo")
    claire.press("Pas maintenant")
    ines.reads("Pas de vidéo. L’échange continue par écrit.")
    ines.say("D’accord, j’écris.")
    claire.has_messages("Puis-je vous montrer mon acte ?", "D’accord, j’écris.")
