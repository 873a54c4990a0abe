"""A relative helps to write: by consent, named, from now on, never in the citizen's name, gone at once when told."""

import asyncio

import pytest

from helpdesk import wire
from signaling.api import Refusal
from signaling.wire import Code
from tests.helpdesk.talk.talking import kinds, said


@pytest.fixture
async def talk(desk, paul, claire):
    """Paul's conversation, open at Claire."""
    started = await desk.asks(paul, "C’est privé")
    await desk.claims(claire, started.conversation)
    return started


def link_of(invited) -> str:
    return str(invited.path.partition("#")[2])


async def opens(desk, secret, now) -> bool:
    """Whether a link or code signs somebody in."""
    try:
        await desk.context.identity.sign_in(secret, now=now)
    except Refusal:
        return False
    return True


def send_draft(talk, helper, text="Bonjour, il manque quel papier ?", client_id="client-draft"):
    return wire.SendDraft(
        conversation=talk.conversation, client_id=client_id, helper=helper.person.id, text=text
    )


async def test_the_invited_sees_that_she_is_invited_and_no_more(desk, paul, talk):
    anne = await desk.helper(paul, talk.conversation)
    row = (await desk.sees(anne, "help")).conversations[talk.conversation]
    assert (row.state, row.log_id, row.topic_name) == ("invited", "", "")
    assert await desk.reads_nothing(anne, talk.log_id) is Code.NOT_FOUND
    assert await desk.is_shut(anne, f"conversation:{talk.conversation}") is Code.NOT_FOUND
    assert (await desk.sees(paul, f"conversation:{talk.conversation}")).people[anne.person.id].invited


async def test_the_code_said_aloud_brings_her_in_once(desk, paul, talk):
    invited = await desk.says(paul, wire.Invite(conversation=talk.conversation, name="Anne"))
    login, _ = await desk.context.identity.sign_in(invited.code.lower(), now=desk.now)
    assert (login.person.id, login.person.role) == (invited.helper, "helper")
    with pytest.raises(Refusal):
        await desk.context.identity.sign_in(invited.code, now=desk.now)


async def test_a_link_ends_after_a_day_and_a_code_after_an_hour(desk, paul, talk):
    invited = await desk.says(paul, wire.Invite(conversation=talk.conversation, name="Anne"))
    assert (invited.expires_at, invited.code_expires_at) == (desk.now + 86400, desk.now + 3600)
    assert await opens(desk, link_of(invited), desk.now + 86399)
    assert not await opens(desk, invited.code, desk.now + 3601)
    assert not await opens(desk, link_of(invited), desk.now + 86401)


@pytest.mark.parametrize("way", ["link", "code"])
async def test_when_the_helper_has_come_nobody_else_comes_in_as_her(desk, paul, talk, way):
    invited = await desk.says(paul, wire.Invite(conversation=talk.conversation, name="Anne"))
    overheard, cookie = await desk.context.identity.sign_in(link_of(invited), now=desk.now)
    secret = {"link": link_of(invited), "code": invited.code}[way]
    anne, mine = await desk.context.identity.sign_in(secret, now=desk.now)
    await desk.says(anne, wire.JoinHelp(conversation=talk.conversation, name="Anne"))
    for other in (link_of(invited), invited.code):
        assert not await opens(desk, other, desk.now)
    with pytest.raises(Refusal):
        await desk.context.identity.login(overheard.id, cookie, now=desk.now)
    assert await desk.context.identity.login(anne.id, mine, now=desk.now) == anne
    await desk.says(anne, wire.EndHelp(conversation=talk.conversation, helper=anne.person.id))
    with pytest.raises(Refusal):
        await desk.context.identity.login(anne.id, mine, now=desk.now)


async def test_an_invitation_said_twice_is_one_and_only_the_second_answer_opens(desk, paul, talk):
    first, second = [
        await desk.says(paul, wire.Invite(conversation=talk.conversation, name=name))
        for name in ("Anne", " Anne ")
    ]
    assert first.helper == second.helper
    assert [await opens(desk, invited.code, desk.now) for invited in (first, second)] == [False, True]
    assert (await kinds(desk, paul, talk)).count("helper_invited") == 1


@pytest.mark.parametrize("by", ["citizen", "agent"])
async def test_the_help_ends_with_the_matter(desk, paul, claire, talk, by):
    anne, marc = await desk.helps(paul, talk.conversation), await desk.helper(paul, talk.conversation, "Marc")
    await desk.closes({"citizen": paul, "agent": claire}[by], talk.conversation)
    left = [
        event.payload["by"] for event in await desk.reads(paul, talk.log_id) if event.kind == "helper_left"
    ]
    assert left == [by, by]
    desk.now += 40 * 86400
    await desk.writes(paul, talk.conversation, "Autre chose, que je raconte seul")
    for helper in (anne, marc):
        assert await desk.reads_nothing(helper, talk.log_id) is Code.NOT_FOUND


async def test_a_helper_sees_nothing_from_before_she_came(desk, paul, claire, talk):
    await desk.writes(claire, talk.conversation, "Votre numéro fiscal ?")
    anne = await desk.helps(paul, talk.conversation)
    await desk.writes(paul, talk.conversation, "Anne m’aide")
    assert await said(desk, anne, talk) == ["Anne m’aide"]
    assert (await desk.sees(anne, f"conversation:{talk.conversation}")).after > 0
    assert (await kinds(desk, anne, talk))[0] == "helper_joined"
    assert (await desk.sees(anne, f"conversation:{talk.conversation}")).desk_log == ""


async def test_both_sides_see_who_helps_by_name(desk, paul, claire, talk):
    anne = await desk.helps(paul, talk.conversation, "Anne Martin")
    for login in (paul, claire, anne):
        row = (await desk.sees(login, f"conversation:{talk.conversation}")).people[anne.person.id]
        assert (row.name, row.role, row.may_send, row.invited) == ("Anne Martin", "helper", False, False)
    joined = (await desk.reads(claire, talk.log_id))[-1]
    assert (joined.kind, joined.payload["name"], joined.author) == (
        "helper_joined",
        "Anne Martin",
        anne.person.id,
    )


async def test_the_citizen_sees_the_draft_while_it_is_written_and_the_agent_never_does(
    desk, paul, claire, talk
):
    anne, marc = await desk.helps(paul, talk.conversation), await desk.helps(paul, talk.conversation, "Marc")
    await desk.says(anne, wire.SetDraft(conversation=talk.conversation, text="Bonjour, il manque"))

    async def draft(login) -> str:
        people = (await desk.sees(login, f"writing:{talk.conversation}")).people
        return people[anne.person.id].draft if anne.person.id in people else ""

    assert [await draft(login) for login in (paul, anne, marc, claire)] == [
        "Bonjour, il manque",
        "Bonjour, il manque",
        "",
        "",
    ]
    assert "Bonjour, il manque" not in str(await desk.reads(claire, talk.log_id))


async def test_a_draft_is_as_long_as_a_message_in_every_writing(desk, paul, talk):
    anne = await desk.helps(paul, talk.conversation)
    for text in ("न" * 4000, "😀" * 4000):
        await desk.says(anne, wire.SetDraft(conversation=talk.conversation, text=text))
        people = (await desk.sees(paul, f"writing:{talk.conversation}")).people
        assert people[anne.person.id].draft == text


async def test_only_the_citizens_press_sends_the_draft_and_it_says_who_wrote_it(desk, paul, claire, talk):
    anne = await desk.helps(paul, talk.conversation)
    await desk.says(anne, wire.SetDraft(conversation=talk.conversation, text="Bonjour"))
    send = wire.Send(conversation=talk.conversation, client_id="client-anne", text="Bonjour")
    assert await desk.refused(anne, send) is Code.FORBIDDEN
    for other in (anne, claire):
        assert await desk.refused(other, send_draft(talk, anne)) is Code.FORBIDDEN
    sent = await desk.says(paul, send_draft(talk, anne))
    assert await desk.says(paul, send_draft(talk, anne)) == sent
    event = (await desk.reads(claire, talk.log_id))[-1]
    assert (event.author, event.payload["helper"]) == (paul.person.id, anne.person.id)
    assert (await desk.sees(paul, f"writing:{talk.conversation}")).people == {}, "the draft is gone"


async def test_a_helper_who_may_send_speaks_under_her_own_name(desk, paul, claire, talk):
    anne = await desk.helps(paul, talk.conversation)
    allow = wire.AllowHelper(conversation=talk.conversation, helper=anne.person.id, may_send=True)
    assert await desk.refused(anne, allow) is Code.FORBIDDEN
    await desk.says(paul, allow)
    await desk.writes(anne, talk.conversation, "Je suis sa fille")
    event = (await desk.reads(claire, talk.log_id))[-1]
    assert (event.author, event.payload) == (anne.person.id, {"text": "Je suis sa fille", "helper": ""})
    no_longer = wire.AllowHelper(conversation=talk.conversation, helper=anne.person.id, may_send=False)
    await desk.says(paul, no_longer)
    send = wire.Send(conversation=talk.conversation, client_id="client-again", text="Encore")
    assert await desk.refused(anne, send) is Code.FORBIDDEN
    assert (await kinds(desk, paul, talk)).count("helper_allowed") == 2


async def test_a_helper_does_not_act_for_the_citizen(desk, paul, talk):
    anne = await desk.helps(paul, talk.conversation)
    id_ = talk.conversation
    for command in (
        wire.CloseConversation(conversation=id_),
        wire.AnswerLater(conversation=id_, later=True),
        wire.Rate(conversation=id_, rating=3),
        wire.Invite(conversation=id_, name="Marc"),
        wire.MakeCode(),
        wire.MailTranscript(conversation=id_),
        wire.StartConversation(client_id="client-start", language="fr"),
        wire.Submit(conversation=id_, client_id="client-submit", topic="housing", words="Bonjour"),
    ):
        assert await desk.refused(anne, command) is Code.FORBIDDEN, command


async def test_consent_that_is_withdrawn_ends_links_logins_log_views_and_draft_at_once(
    desk, paul, claire, talk, touched
):
    invited = await desk.says(paul, wire.Invite(conversation=talk.conversation, name="Anne"))
    secret = invited.path.partition("#")[2]
    anne, cookie = await desk.context.identity.sign_in(secret, now=desk.now)
    await desk.says(anne, wire.JoinHelp(conversation=talk.conversation, name="Anne"))
    await desk.says(anne, wire.SetDraft(conversation=talk.conversation, text="Bonjour"))
    await desk.says(paul, wire.EndHelp(conversation=talk.conversation, helper=anne.person.id))
    assert f"person:{anne.person.id}" in touched[-1], "what she has open is looked at again now"
    assert await desk.reads_nothing(anne, talk.log_id) is Code.NOT_FOUND
    for view in ("conversation", "writing"):
        assert await desk.is_shut(anne, f"{view}:{talk.conversation}") is Code.NOT_FOUND
        assert f"person:{paul.person.id}" in await desk.topics(paul, f"{view}:{talk.conversation}")
    for command in (
        wire.Send(conversation=talk.conversation, client_id="client-late", text="Encore"),
        wire.SetDraft(conversation=talk.conversation, text="Encore"),
        wire.JoinHelp(conversation=talk.conversation, name="Anne"),
    ):
        assert await desk.refused(anne, command) is Code.NOT_FOUND
    with pytest.raises(Refusal):
        await desk.context.identity.sign_in(secret, now=desk.now)
    with pytest.raises(Refusal):
        await desk.context.identity.login(anne.id, cookie, now=desk.now)
    assert (await desk.sees(paul, f"writing:{talk.conversation}")).people == {}
    assert await desk.refused(paul, send_draft(talk, anne)) is Code.NOT_FOUND
    left = (await desk.reads(claire, talk.log_id))[-1]
    assert (left.kind, left.payload["by"]) == ("helper_left", "citizen")
    row = (await desk.sees(paul, f"conversation:{talk.conversation}")).people[anne.person.id]
    assert (row.name, row.left) == ("Anne", True), "what she wrote keeps her name"


async def test_a_draft_that_is_on_its_way_when_the_help_ends_is_not_shown(desk, paul, talk, monkeypatch):
    anne = await desk.helps(paul, talk.conversation)
    put, checked, ended = desk.context.ephemeral.put, asyncio.Event(), asyncio.Event()

    async def slow(*args):
        checked.set()
        await ended.wait()
        await put(*args)

    monkeypatch.setattr(desk.context.ephemeral, "put", slow)
    draft = desk.says(anne, wire.SetDraft(conversation=talk.conversation, text="Encore là"))
    writes = asyncio.ensure_future(draft)
    await checked.wait()
    await desk.says(paul, wire.EndHelp(conversation=talk.conversation, helper=anne.person.id))
    ended.set()
    await writes
    assert (await desk.sees(paul, f"writing:{talk.conversation}")).people == {}


async def test_the_helper_may_go_by_herself_and_nobody_else_ends_it(desk, paul, claire, talk):
    anne = await desk.helps(paul, talk.conversation)
    end = wire.EndHelp(conversation=talk.conversation, helper=anne.person.id)
    marie = await desk.add("citizen", "Marie")
    for login in (claire, marie):
        assert await desk.refused(login, end) is Code.NOT_FOUND
    await desk.says(anne, end)
    assert await desk.reads_nothing(anne, talk.log_id) is Code.NOT_FOUND
    assert (await desk.reads(paul, talk.log_id))[-1].payload["by"] == "helper"


async def test_an_invitation_that_is_taken_back_leaves_no_way_in_and_no_trace_on_the_page(desk, paul, talk):
    anne = await desk.helper(paul, talk.conversation)
    await desk.says(paul, wire.EndHelp(conversation=talk.conversation, helper=anne.person.id))
    join = wire.JoinHelp(conversation=talk.conversation, name="Anne")
    assert await desk.refused(anne, join) is Code.NOT_FOUND
    assert anne.person.id not in (await desk.sees(paul, f"conversation:{talk.conversation}")).people


async def test_nobody_joins_who_was_not_invited(desk, paul, talk):
    other = await desk.asks(await desk.add("citizen", "Marie"))
    anne = await desk.helper(paul, talk.conversation)
    for stranger, conversation in (
        (anne, other.conversation),
        (await desk.add("helper", "Eve"), talk.conversation),
    ):
        join = wire.JoinHelp(conversation=conversation, name="Eve")
        assert await desk.refused(stranger, join) is Code.NOT_FOUND


async def test_five_helpers_and_invitations_at_the_same_time_are_the_most(desk, paul, talk):
    for name in ("Anne", "Marc", "Lina", "Omar", "Jean"):
        await desk.says(paul, wire.Invite(conversation=talk.conversation, name=name))
    desk.now += 3600
    sixth = wire.Invite(conversation=talk.conversation, name="Rose")
    assert await desk.refused(paul, sixth) is Code.TOO_MANY
    await desk.says(paul, wire.Invite(conversation=talk.conversation, name="Anne"))  # is renewed


async def test_codes_and_invitations_are_scarce(desk, paul, talk):
    for _ in range(5):
        invited = await desk.says(paul, wire.Invite(conversation=talk.conversation, name="Anne"))
        await desk.says(paul, wire.EndHelp(conversation=talk.conversation, helper=invited.helper))
    assert await desk.refused(paul, wire.MakeCode()) is Code.TOO_MANY
    desk.now += 601
    await desk.says(paul, wire.MakeCode())


async def test_somebody_may_help_before_anything_is_sent_and_the_words_say_so(desk, paul, claire):
    started = await desk.start(paul)
    anne = await desk.helps(paul, started.conversation)
    await desk.says(anne, wire.SetDraft(conversation=started.conversation, text="Bonjour"))
    await desk.submit(paul, started.conversation, "Bonjour", helper=anne.person.id)
    event = (await desk.reads(claire, started.log_id))[-1]
    assert (event.author, event.payload["helper"]) == (paul.person.id, anne.person.id)


# --- this moment ----------------------------------------------------------------------------------------------------


async def test_typing_is_for_everybody_and_who_looks_on_for_agents_only(desk, paul, claire, karim, talk):
    id_ = talk.conversation
    await desk.says(paul, wire.SetTyping(conversation=id_, typing=True))
    await desk.says(karim, wire.SetViewing(conversation=id_, viewing=True))
    for_claire = (await desk.sees(claire, f"writing:{id_}")).people
    assert for_claire[paul.person.id].typing
    assert for_claire[karim.person.id].viewing
    assert karim.person.id not in (await desk.sees(paul, f"writing:{id_}")).people
    await desk.says(paul, wire.SetTyping(conversation=id_, typing=False))
    await desk.says(karim, wire.SetViewing(conversation=id_, viewing=False))
    assert (await desk.sees(claire, f"writing:{id_}")).people == {}


async def test_typing_runs_out_by_itself(desk, paul, claire, talk):
    await desk.says(paul, wire.SetTyping(conversation=talk.conversation, typing=True))
    desk.now += 7
    assert (await desk.sees(claire, f"writing:{talk.conversation}")).people == {}


async def test_only_a_helper_shows_a_draft_and_only_the_desk_looks_on(desk, paul, claire, talk):
    draft = wire.SetDraft(conversation=talk.conversation, text="Bonjour")
    for login in (paul, claire):
        assert await desk.refused(login, draft) is Code.FORBIDDEN
    viewing = wire.SetViewing(conversation=talk.conversation, viewing=True)
    assert await desk.refused(paul, viewing) is Code.FORBIDDEN
    marie = await desk.add("citizen", "Marie")
    typing = wire.SetTyping(conversation=talk.conversation, typing=True)
    assert await desk.refused(marie, typing) is Code.NOT_FOUND
