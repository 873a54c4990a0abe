import asyncio
import logging
import ssl
from pathlib import Path

import pytest
from aiosmtplib import SMTPDataError, SMTPRecipientRefused, SMTPRecipientsRefused, SMTPServerDisconnected

from load.system.processes import free_port
from signaling.launcher.certificate import certificate_for
from signaling.notices.contract import Kind, Letter, Outcome, Parcel, State
from signaling.notices.mail import Mail, message_of, outcome_of
from signaling.notices.server import MailServer, Tls
from signaling.notices.service import Notices
from signaling.notices.texts import TEXTS
from tests.support.mailbox import Mailbox, mail_server
from tests.support.notices import ADDRESS, LINK, NOW, Desk, settings

DUE = NOW + 60


def server(port: int, *, tls: Tls = "none", password: str = "") -> MailServer:
    user = "desk" if password else ""
    return MailServer(
        "localhost", port, tls, "Métropole, l’“aide”", "desk@example.org", username=user, password=password
    )


def parcel(*, kind: Kind = "answer", language: str = "fr", service: str = "Métropole de Test") -> Parcel:
    letter = Letter(to=ADDRESS, service=service, link=f"https://desk.example.org{LINK}", language=language)
    return Parcel(id="0123456789abcdef", key="talk", kind=kind, letter=letter)


@pytest.mark.parametrize("kind", ["answer", "turn", "transcript"])
@pytest.mark.parametrize("language", sorted(TEXTS))
async def test_a_mail_says_from_whom_and_where_and_nothing_else(
    mailbox: Mailbox, kind: Kind, language: str
) -> None:
    assert await Mail(server(mailbox.port)).send(parcel(kind=kind, language=language), NOW) is Outcome.SENT
    (mail,) = mailbox.mails
    assert (mailbox.senders, mailbox.recipients) == (["desk@example.org"], [ADDRESS])
    assert mail["To"] == ADDRESS
    assert mail["From"].addresses[0].display_name == "Métropole, l’“aide”"
    assert mail["Message-ID"] == "<0123456789abcdef@example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == language
    assert "Métropole de Test" in mail["Subject"]
    assert mail.get_content_type() == "text/plain"
    lines = mail.get_content().splitlines()
    assert f"https://desk.example.org{LINK}" in lines
    assert {"answer", "turn", "transcript"} <= set(TEXTS[language])


@pytest.mark.parametrize(
    ("reads", "written_in"), [("fr-CA", "fr"), ("EN-GB", "en"), ("uk", "fr"), ("", "fr")]
)
def test_who_reads_another_language_gets_french(reads: str, written_in: str) -> None:
    mail = message_of(parcel(language=reads), server(25), NOW)
    assert mail["Content-Language"] == written_in


def test_a_second_copy_is_the_same_mail() -> None:
    one, two = (message_of(parcel(), server(25), NOW) for _ in range(2))
    assert one.as_bytes() == two.as_bytes()


@pytest.mark.parametrize("service", ["Test\r\nBcc: all@example.org", "Test\nBcc: all@example.org"])
def test_no_header_can_be_slipped_in(service: str) -> None:
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        message_of(parcel(service=service), server(25), NOW)


async def test_a_service_named_like_a_field_of_a_template_stays_a_name(mailbox: Mailbox) -> None:
    odd = "{link} {0} %s ${x} <b>"
    await Mail(server(mailbox.port)).send(parcel(service=odd), NOW)
    assert odd in mailbox.mails[0]["Subject"]
    assert odd in mailbox.mails[0].get_content()


async def test_a_server_that_is_away_gets_the_mail_when_it_is_back(desk: Desk) -> None:
    port = free_port()
    box = Mailbox()
    notices = Notices(desk.database, settings(port), lambda: NOW)
    away = Desk(desk.database, notices)
    await away.set_mail()
    await away.answer()
    assert await notices.send(DUE) == 1
    assert await away.states() == [State.DUE]
    async with mail_server(box, port):
        assert await notices.send(DUE + 29) == 0
        assert await notices.send(DUE + 30) == 1
    assert box.recipients == [ADDRESS]
    assert await away.states() == [State.SENT]


async def test_a_server_that_is_busy_is_tried_again_and_one_that_knows_no_such_person_is_not(
    desk: Desk, mailbox: Mailbox
) -> None:
    await desk.set_mail()
    await desk.answer(1)
    mailbox.answers = ["450 later, please", "550 no such person"]
    await desk.notices.send(DUE)
    assert await desk.states() == [State.DUE]
    await desk.notices.send(DUE + 30)
    assert await desk.states() == [State.FAILED]
    assert mailbox.mails == []


async def test_a_mail_refused_as_a_whole_has_failed(desk: Desk, mailbox: Mailbox) -> None:
    await desk.set_mail()
    await desk.answer()
    mailbox.final = ["554 not this one"]
    await desk.notices.send(DUE)
    assert await desk.states() == [State.FAILED]


async def test_a_server_that_never_answers_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signaling.notices.mail.WAIT_S", 0.05)
    met, left = asyncio.Event(), asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        met.set()
        await reader.read()
        writer.close()
        left.set()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        assert await Mail(server(port)).send(parcel(), NOW) is Outcome.LATER
        await asyncio.wait_for(left.wait(), 10)
    assert met.is_set()


async def test_with_starttls_and_a_password(tmp_path: Path) -> None:
    certificate, key = certificate_for(["127.0.0.1"], tmp_path)
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(certificate, key)
    ours = ssl.create_default_context(cafile=str(certificate))
    ours.check_hostname = False  # the name on it is the machine's
    box = Mailbox()
    async with mail_server(box, tls=theirs) as port:
        right = server(port, tls="starttls", password="right")
        assert await Mail(right, ours).send(parcel(), NOW) is Outcome.SENT
        wrong = server(port, tls="starttls", password="wrong")
        assert await Mail(wrong, ours).send(parcel(), NOW) is Outcome.LATER
    assert len(box.mails) == 1
    assert set(box.logins) == {(b"desk", b"right"), (b"desk", b"wrong")}


async def test_a_server_for_whom_nobody_vouches_gets_nothing(tmp_path: Path) -> None:
    certificate, key = certificate_for(["127.0.0.1"], tmp_path)
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(certificate, key)
    spoken: list[asyncio.StreamReader] = []
    async with await asyncio.start_server(
        lambda reader, _: spoken.append(reader), "127.0.0.1", 0, ssl=theirs
    ) as it:
        port = it.sockets[0].getsockname()[1]
        right = server(port, tls="implicit", password="right")
        assert await Mail(right).send(parcel(), NOW) is Outcome.LATER
    assert spoken == []


async def test_a_server_without_starttls_gets_nothing_when_it_is_asked_for(mailbox: Mailbox) -> None:
    assert await Mail(server(mailbox.port, tls="starttls")).send(parcel(), NOW) is Outcome.LATER
    assert mailbox.mails == []


def test_only_what_is_wrong_with_this_mail_is_final() -> None:
    refused = SMTPRecipientsRefused([SMTPRecipientRefused(550, "no such person", ADDRESS)])
    assert outcome_of(refused) is Outcome.REFUSED
    assert outcome_of(SMTPRecipientsRefused([])) is Outcome.LATER
    assert outcome_of(SMTPDataError(451, "later")) is Outcome.LATER
    assert outcome_of(SMTPServerDisconnected("gone")) is Outcome.LATER
    assert outcome_of(ConnectionRefusedError()) is Outcome.LATER


async def test_no_address_no_link_and_no_answer_of_the_server_is_logged(
    desk: Desk, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await desk.set_mail()
    await desk.add_push("http://127.0.0.1:9/w/her-browser")
    mailbox.answers = [f"550 {ADDRESS} is unknown"]
    mailbox.final = [f"554 {ADDRESS} is too long"]
    for seq, key in enumerate(("one", "two", "three")):
        await desk.answer(seq, key=key)
    await desk.notices.send(DUE)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("signaling")]
    assert any("recipient refused (550)" in line for line in ours)
    assert any("SMTPDataError (554)" in line for line in ours)
    assert any("push later" in line for line in ours)
    theirs = [record.getMessage() for record in caplog.records if not record.name.startswith("mail.")]
    told = "\n".join([*theirs, *ours])
    for secret in (ADDRESS, ADDRESS.split("@")[0], "her-browser", LINK, "s3cret"):
        assert secret not in told
