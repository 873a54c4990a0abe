"""Those around a citizen's talk: guests without a link, relatives who help to write, documents that are sent up.

As ``tests.support.town_hall``, at pages without a browser, over the real protocol.
"""

import base64
import uuid

import aiohttp

from helpdesk.wire import AllowHelper, Attach, EndHelp, Invite, JoinHelp, MakeCode, SendDraft, SetDraft
from load.client import Client
from tests.support.people import Person
from tests.support.town_hall import Citizen, TownHall, Visitor

TUS = {"Tus-Resumable": "1.0.0"}
APP = "helpdesk"


class Guest(Citizen):
    """Comes without a link; the page keeps the login's secret."""

    async def comes(self) -> None:
        """Open the page for the first time, or once more with the login that it kept."""
        if self._client is None:
            self._client = await Client.come_in(self.base, APP)
        await self.client.connect()
        self.id = (await self.opens(self.main_view))["me"]


class Helper(Visitor):
    """Helps to write."""

    main_view = "help"

    async def joins_in(self, conversation: str) -> None:
        """Come in under her name, and look at what comes from now on."""
        self.conversation = conversation
        await self.does(JoinHelp(conversation=conversation, name=self.name))
        talk = await self.opens(f"conversation:{conversation}")
        self.log = talk["log_id"]
        await self.client.open_log(self.log, talk["after"])
        await self.opens(f"writing:{conversation}")

    async def drafts(self, text: str) -> None:
        """Show the citizen what she has written so far."""
        await self.does(SetDraft(conversation=self.conversation, text=text))

    async def puts_in_order(self) -> None:
        """Leave the call, if any; the conversation is the citizen's to close."""
        await Person.puts_in_order(self)


async def guest(hall: TownHall) -> Guest:
    """Have somebody come of whom nothing is known."""
    return await hall._comes(Guest(hall.system.base, "", "Guest", ""))


async def on_another_device(hall: TownHall, citizen: Citizen) -> Citizen:
    """The same person by her short code, on another device."""
    made = await citizen.does(MakeCode())
    return await hall._comes(Citizen(citizen.base, citizen.id, citizen.name, made["code"]))


async def invited(hall: TownHall, citizen: Citizen, name: str, *, by: str = "path") -> Helper:
    """Have somebody come who was invited by the citizen, by the link or by the code that was said aloud."""
    told = await citizen.does(Invite(conversation=citizen.conversation, name=name))
    token = told["path"].partition("#")[2] if by == "path" else told["code"]
    return await hall._comes(Helper(citizen.base, told["helper"], name, token))


async def helping(hall: TownHall, citizen: Citizen, name: str = "Anne") -> Helper:
    """Have somebody help the citizen to write."""
    helper = await invited(hall, citizen, name)
    await helper.joins_in(citizen.conversation)
    return helper


async def lets_send(citizen: Citizen, helper: Helper, *, may_send: bool) -> None:
    """Let her press Send, or no longer."""
    command = AllowHelper(conversation=citizen.conversation, helper=helper.id, may_send=may_send)
    await citizen.does(command)


async def ends_help(citizen: Citizen, helper: Helper) -> None:
    """Withdraw the consent."""
    await citizen.does(EndHelp(conversation=citizen.conversation, helper=helper.id))


def press_send(citizen: Citizen, helper: Helper, text: str) -> SendDraft:
    """What the citizen's press on Send under a helper's draft asks for."""
    return SendDraft(
        conversation=citizen.conversation, client_id=uuid.uuid4().hex, helper=helper.id, text=text
    )


class Paper:
    """A document on its way up, piece by piece (tus 1.0.0)."""

    def __init__(self, visitor: Visitor, data: bytes, name: str) -> None:
        self.visitor = visitor
        self.data = data
        self.name = name
        self.client_id = uuid.uuid4().hex
        self.file = ""

    async def begins(self) -> None:
        """Begin, or find what was begun under the same client id."""
        given = {"filename": self.name, "client_id": self.client_id}
        pairs = [f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in given.items()]
        headers = {"Upload-Length": str(len(self.data)), "Upload-Metadata": ",".join(pairs)}
        answer = await self._ask("POST", "uploads", headers)
        assert answer.status == 201
        self.file = answer.headers["Location"].rpartition("/")[2]

    async def offset(self) -> int:
        """How much has arrived."""
        answer = await self._ask("HEAD", f"uploads/{self.file}", {})
        return int(answer.headers["Upload-Offset"])

    async def goes_on(self, most: int | None = None) -> int:
        """Send what is missing, or `most` bytes of it; returns the HTTP status."""
        start = await self.offset()
        end = len(self.data) if most is None else start + most
        headers = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(start)}
        answer = await self._ask("PATCH", f"uploads/{self.file}", headers, self.data[start:end])
        return answer.status

    async def is_sent(self) -> dict[str, float]:
        """Put it into the talk; returns seq and time."""
        attach = Attach(
            conversation=self.visitor.conversation, client_id=f"attach-{self.client_id}", file=self.file
        )
        sent: dict[str, float] = await self.visitor.does(attach)
        return sent

    async def _ask(
        self, method: str, path: str, headers: dict[str, str], data: bytes = b""
    ) -> aiohttp.ClientResponse:
        client = self.visitor.client
        url, headers = f"{client.base}/api/{client.login}/{path}", {**TUS, **headers}
        async with client._session.request(method, url, headers=headers, data=data) as answer:
            await answer.read()
            return answer


async def sends_paper(visitor: Visitor, data: bytes, name: str = "bail.pdf") -> Paper:
    """Send a document from beginning to end."""
    paper = Paper(visitor, data, name)
    await paper.begins()
    assert await paper.goes_on() == 204
    await paper.is_sent()
    return paper


async def transcript(visitor: Visitor, form: str = "text") -> tuple[int, str]:
    """Status and text of the record of the conversation on her screen."""
    client = visitor.client
    path = f"conversations/{visitor.conversation}/transcript?as={form}"
    async with client._session.get(f"{client.base}/api/{client.login}/{path}") as answer:
        return answer.status, await answer.text()
