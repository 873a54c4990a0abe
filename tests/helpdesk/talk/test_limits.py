"""What one person may write is bounded, and what the wire lets through can be stored."""

import msgspec
import pytest

from helpdesk import wire
from helpdesk.talk import saying
from signaling.wire import Code
from tests.helpdesk.talk.talking import said


@pytest.fixture
def ten_an_hour(monkeypatch):
    """The same limit, reached sooner."""
    monkeypatch.setattr(saying, "AN_HOUR_MOST", 10)


@pytest.fixture
async def talk(desk, paul, claire):
    """Paul's conversation, open at Claire: four entries."""
    started = await desk.asks(paul)
    await desk.claims(claire, started.conversation)
    return started


@pytest.mark.usefixtures("ten_an_hour")
async def test_a_talk_that_grows_without_measure_waits_and_the_advisor_may_still_answer(
    desk, paul, claire, talk
):
    for number in range(7):
        await desk.writes(paul, talk.conversation, f"message {number}")
    send = wire.Send(conversation=talk.conversation, client_id="client-more", text="Encore")
    assert await desk.refused(paul, send) is Code.TOO_MANY
    await desk.writes(claire, talk.conversation, "Je vous lis")
    desk.now += 3601
    await desk.says(paul, send)
    assert (await said(desk, paul, talk))[-2:] == ["Je vous lis", "Encore"]


@pytest.mark.usefixtures("ten_an_hour")
async def test_who_rates_again_and_again_waits(desk, paul, talk):
    for number in range(11):
        await desk.says(paul, wire.Rate(conversation=talk.conversation, rating=1 + number % 2))
    rate = wire.Rate(conversation=talk.conversation, rating=3)
    assert await desk.refused(paul, rate) is Code.TOO_MANY
    desk.now += 3601
    await desk.says(paul, rate)


@pytest.mark.parametrize("text", ["", " ", "\n\t \u2003", "a\x00", "\x00"])
def test_a_message_is_more_than_blanks(text):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(text, wire.Text)


@pytest.mark.parametrize("text", ["a", "\n a\n b ", "नमस्ते"])
def test_a_message_keeps_its_blanks(text):
    assert msgspec.convert(text, wire.Text) == text


@pytest.mark.parametrize(
    "url", ["https://a/\x00", "https://a/\n", "\n", "https://a/?q", "https://a/#f", "ftp://a/"]
)
def test_the_address_of_a_page_has_nothing_that_cannot_be_stored_or_is_nobodys_business(url):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(url, wire.PageUrl)


def test_the_address_of_a_page_may_be_missing():
    assert [msgspec.convert(url, wire.PageUrl) for url in ("", "https://a/b")] == ["", "https://a/b"]
