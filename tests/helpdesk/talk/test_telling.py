"""The answer comes in the same thread, and whoever is not there is told: once, without a word of it."""

import re

import pytest

from helpdesk import wire
from signaling.wire import Code


@pytest.fixture
async def talk(desk, paul, claire):
    """Paul's conversation, open at Claire; he has given an address and left."""
    started = await desk.asks(paul)
    await desk.claims(claire, started.conversation)
    async with desk.context.database.write() as tx:
        await desk.context.notices.set_mail(tx, paul.person.id, "paul@example.org", now=desk.now)
    await desk.says(paul, wire.AnswerLater(conversation=started.conversation, later=True))
    return started


async def sends(desk, after_s):
    desk.now += after_s
    return await desk.context.notices.send(desk.now)


async def test_an_answer_that_is_not_read_within_a_minute_is_told_by_mail_that_holds_no_word_of_it(
    desk, paul, claire, talk, mailbox
):
    await desk.writes(claire, talk.conversation, "Votre dossier est complet.")
    assert await sends(desk, 59) == 0
    await sends(desk, 2)
    (mail,) = mailbox.mails
    text = mail.get_body(("plain",)).get_content()
    assert "Métropole de Valmont" in text
    for secret in ("dossier", "Paul", "Claire"):
        assert secret not in text
    link = re.search(r"https://aide\.valmont\.example(/entrer#(\S+))", text)
    assert link
    login, _ = await desk.context.identity.sign_in(link[2], now=desk.now)
    assert list((await desk.sees(login, "help")).conversations) == [talk.conversation], "in the same thread"


async def test_what_was_read_is_not_told(desk, paul, claire, talk, mailbox):
    sent = await desk.writes(claire, talk.conversation, "Votre dossier est complet.")
    await desk.says(paul, wire.Mark(conversation=talk.conversation, delivered=sent.seq, read=sent.seq))
    await sends(desk, 61)
    assert mailbox.mails == []


async def test_what_only_arrived_and_was_not_on_the_screen_is_told(desk, paul, claire, talk, mailbox):
    sent = await desk.writes(claire, talk.conversation, "Votre dossier est complet.")
    await desk.says(paul, wire.Mark(conversation=talk.conversation, delivered=sent.seq, read=0))
    await sends(desk, 61)
    assert len(mailbox.mails) == 1


async def test_several_answers_make_one_mail(desk, claire, talk, mailbox):
    for number in range(4):
        await desk.writes(claire, talk.conversation, f"Réponse {number}")
    await sends(desk, 61)
    assert len(mailbox.mails) == 1


async def test_what_the_citizen_writes_herself_is_told_to_nobody(desk, paul, talk, mailbox):
    await desk.writes(paul, talk.conversation, "Encore une chose")
    await sends(desk, 61)
    assert mailbox.mails == []


async def test_the_record_is_mailed_as_a_link_at_once_and_not_twice(desk, paul, talk, mailbox):
    command = wire.MailTranscript(conversation=talk.conversation)
    await desk.says(paul, command)
    assert await desk.refused(paul, command) is Code.TOO_MANY
    await sends(desk, 1)
    (mail,) = mailbox.mails
    assert "/entrer#" in mail.get_body(("plain",)).get_content()


async def test_without_an_address_no_record_is_mailed(desk, claire):
    marie = await desk.add("citizen", "Marie")
    started = await desk.asks(marie)
    command = wire.MailTranscript(conversation=started.conversation)
    assert await desk.refused(marie, command) is Code.NOT_FOUND
    assert await desk.refused(claire, command) is Code.FORBIDDEN
