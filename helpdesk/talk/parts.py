"""The citizens' half of the help desk, as `helpdesk.app` registers it."""

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from helpdesk import wire
from helpdesk.line.pictures import Pictures
from helpdesk.line.ringing import Ringing
from helpdesk.settings import HelpdeskSettings
from helpdesk.talk.closing import Closing
from helpdesk.talk.coming_in import ComingIn
from helpdesk.talk.conversation_view import ConversationSource
from helpdesk.talk.documents import Documents
from helpdesk.talk.drafts import Drafts
from helpdesk.talk.help_view import HelpSource
from helpdesk.talk.helping import Helping
from helpdesk.talk.life import Life
from helpdesk.talk.purge import Purge
from helpdesk.talk.routes import Routes
from helpdesk.talk.saying import Saying
from helpdesk.talk.telling import Telling
from helpdesk.talk.words import Words
from signaling.api import Context, Document, Handler, Login, Person, Sweep, Transaction, View
from signaling.wire import Command


@dataclass(frozen=True, slots=True)
class TalkParts:
    """As the fields of ``signaling.api.Part``."""

    handlers: Mapping[type[Command], Handler]
    views: Mapping[str, View]
    sweeps: Sequence[Sweep]
    routes: Sequence[web.RouteDef]
    access_file: Callable[[Login, str], Awaitable[None]]
    admit: Callable[[Transaction, str], Awaitable[Person]]
    on_document: Callable[[Transaction, Document], Awaitable[None]]
    upload_share: Callable[[Transaction, str], Awaitable[float]]


def parts(context: Context, pictures: Pictures) -> TalkParts:
    """Join handlers, views, doors and deadlines of the citizens' half.

    Raises:
        BadSetting: With the sentence for the operator.
    """
    settings = HelpdeskSettings.from_environment(os.environ)
    ringing, drafts, telling = Ringing(context), Drafts(context), Telling(context, settings)
    saying = Saying(context, telling)
    words = Words(context, saying, ringing, drafts)
    life = Life(context, saying, ringing)
    coming_in, helping, documents = ComingIn(context), Helping(context, drafts), Documents(context, words)
    closing = Closing(context, settings, helping)
    help_source = HelpSource(context, settings, pictures)
    return TalkParts(
        handlers={
            wire.StartConversation: life.start,
            wire.Submit: life.submit,
            wire.AnswerLater: life.answer_later,
            wire.CloseConversation: closing.close,
            wire.Rate: closing.rate,
            wire.Send: words.send,
            wire.SendDraft: words.send_draft,
            wire.Mark: words.mark,
            wire.Attach: documents.attach,
            wire.MailTranscript: telling.mail_transcript,
            wire.MakeCode: coming_in.make_code,
            wire.Invite: helping.invite,
            wire.JoinHelp: helping.join,
            wire.AllowHelper: helping.allow,
            wire.EndHelp: helping.end,
            wire.SetTyping: drafts.set_typing,
            wire.SetDraft: drafts.set_draft,
            wire.SetViewing: drafts.set_viewing,
        },
        views={"help": help_source, "conversation": ConversationSource(context, pictures), "writing": drafts},
        sweeps=Purge(context).sweeps(),
        routes=Routes(context, settings, help_source).routes(),
        access_file=documents.access_file,
        admit=coming_in.admit,
        on_document=documents.on_document,
        upload_share=documents.upload_share,
    )
