"""What is fetched over HTTP: the public welcome, and the transcript of a conversation."""

import asyncio
import re

import msgspec
from aiohttp import web

from helpdesk import store
from helpdesk.access import access_conversation
from helpdesk.settings import HelpdeskSettings
from helpdesk.talk import transcript
from helpdesk.talk.help_view import HelpSource
from helpdesk.talk.transcript import Transcript
from signaling.api import LOGIN_OF, Buckets, Context, Login, Refusal
from signaling.wire import Code, LogEvent

EVENTS_MOST = 5_000
PAGE = 500
TRANSCRIPTS = (1 / 5, 5)
"""Of one login: a second, and at once."""
WELCOME_S = 5.0
"""A welcome is answered from memory for that long: anybody may ask for it."""
LANGUAGES = ("fr", "en", "ar")
NO_STORE = {"Cache-Control": "no-store"}
CONVERSATION = re.compile(r"[0-9a-f]{32}")


class Routes:
    """Routes of the citizens' half."""

    def __init__(self, context: Context, settings: HelpdeskSettings, help_source: HelpSource) -> None:
        self._context = context
        self._settings = settings
        self._help_source = help_source
        self._welcomes: dict[str, tuple[float, bytes]] = {}
        self._transcripts = Buckets(*TRANSCRIPTS)
        self._turn = asyncio.Lock()

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/api/helpdesk/welcome", self._welcome),
            web.get("/api/{handle}/conversations/{conversation}/transcript", self._transcript),
        ]

    async def _welcome(self, request: web.Request) -> web.Response:
        language = request.query.get("language", "fr")
        language = language if language in LANGUAGES else "fr"
        async with self._turn:  # many ask, one reads
            made_at, body = self._welcomes.get(language, (0.0, b""))
            now = self._context.clock()
            if not 0 <= now - made_at < WELCOME_S:
                body = msgspec.msgpack.encode(await self._help_source.welcome(language))
                self._welcomes[language] = (now, body)
        return web.Response(body=body, content_type="application/msgpack", headers=NO_STORE)

    async def _transcript(self, request: web.Request) -> web.Response:
        login = await request.app[LOGIN_OF](request)
        if not self._transcripts.take(login.id, self._context.clock()):
            raise Refusal(Code.TOO_MANY, "a transcript every five seconds")
        conversation = request.match_info["conversation"]
        if not CONVERSATION.fullmatch(conversation):
            raise Refusal(Code.NOT_FOUND, "no such conversation")
        talk = await self._read(login, conversation)
        if request.query.get("as") == "text":
            text = await asyncio.to_thread(transcript.as_text, talk)
            name = f'attachment; filename="conversation-{talk.number}.txt"'
            headers = {**NO_STORE, "Content-Disposition": name}
            return web.Response(text=text, content_type="text/plain", headers=headers)
        page = await asyncio.to_thread(transcript.as_page, talk)
        headers = {**NO_STORE, "Content-Security-Policy": transcript.POLICY}
        return web.Response(text=page, content_type="text/html", headers=headers)

    async def _read(self, login: Login, conversation: str) -> Transcript:
        async with self._context.database.read() as tx:
            seat = await access_conversation(tx, login, conversation)
            topics = await store.topic_names(tx, login.person.language)
        events = await self._events(seat.conversation.log_id, seat.after)
        named = {event.author for event in events} | {str(event.payload.get("agent", "")) for event in events}
        async with self._context.database.read() as tx:
            people = await self._context.identity.people(tx, {*seat.parts, *named} - {""})
        return Transcript(
            service=self._settings.service,
            number=seat.conversation.number,
            language=login.person.language,
            reader=login.person.id,
            events=events[-EVENTS_MOST:],
            names={id_: person.name for id_, person in people.items()},
            roles={id_: person.role for id_, person in people.items()},
            topics=topics,
            cut=len(events) > EVENTS_MOST,
        )

    async def _events(self, log_id: str, after: int) -> list[LogEvent]:
        """Return the newest, one more than fit when there are more."""
        head = (await self._context.log.heads([log_id])).get(log_id, 0)
        after, events = max(after, head - EVENTS_MOST - 1), list[LogEvent]()
        while len(events) <= EVENTS_MOST:
            page = await self._context.log.read(log_id, events[-1].seq if events else after, PAGE)
            events += page
            if len(page) < PAGE:
                break
        return events
