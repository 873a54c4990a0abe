"""The help desk in the soak: in each conversation a citizen, a helper whom the citizen lets write, and an agent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from helpdesk.desk.wire import Claim
from helpdesk.wire import AllowHelper, Invite, JoinHelp, Send, StartConversation, Submit
from load.client import Client, Refused
from load.soak.judge import Words
from load.soak.ledger import Ledger
from load.soak.link import Link
from load.soak.talker import Seat
from load.system.whole import System
from signaling.wire import Code

APPS = ("helpdesk.app:app",)
CITIZEN, HELPER, AGENT = range(3)
CLAIMS_MOST = 5


class DeskScene:
    """The scene of the help desk."""

    people = 3

    async def open(self, system: System, links: Sequence[Link], ledger: Ledger) -> list[Seat]:
        """Make a conversation for each three links; in each another of the three has no WebSockets."""
        seats: list[Seat] = []
        agents = system.of_role("agent")
        for number in range(len(links) // self.people):
            first = number * self.people
            opening = _Opening(number, links[first : first + self.people], ledger)
            seats += await opening.open(agents[number % len(agents)].token)
        return seats


@dataclass
class _Opening:
    """One conversation, from the citizen's first words until all three can write."""

    number: int
    links: Sequence[Link]
    ledger: Ledger
    conversation: str = ""
    log_id: str = ""

    async def open(self, agent_token: str) -> list[Seat]:
        async with (
            await Client.come_in(self.links[CITIZEN].base, "helpdesk") as citizen,
            await Client.sign_in(self.links[AGENT].base, agent_token, keep="page") as agent,
        ):
            await self._begin(citizen)
            await claim(agent, self.conversation)
            invited = await citizen.post(Invite(conversation=self.conversation, name="Nora"))
            secret = invited["path"].partition("#")[2]
            async with await Client.sign_in(self.links[HELPER].base, secret, keep="page") as helper:
                await helper.post(JoinHelp(conversation=self.conversation, name="Nora"))
                allow = AllowHelper(conversation=self.conversation, helper=invited["helper"], may_send=True)
                await citizen.post(allow)
                view = await look_at(helper, f"conversation:{self.conversation}")
                people = {"citizen": citizen, "helper": helper, "agent": agent}
                floors = (0, view["after"], 0)
                return [
                    self._seat(at, name, client, floors[at])
                    for at, (name, client) in enumerate(people.items())
                ]

    async def _begin(self, citizen: Client) -> None:
        """Start and put in line; the first words are a message like the others."""
        help_view = await look_at(citizen, "help")
        topic = min(help_view["topics"])
        started = await citizen.post(StartConversation(client_id=f"start-{self.number:08}", language="fr"))
        self.conversation, self.log_id = started["conversation"], started["log_id"]
        words = self.ledger.write(self.log_id, f"citizen {self.number}", rank=0)
        submit = Submit(
            conversation=self.conversation, client_id=words.client_id, topic=topic, words=words.text
        )
        self.ledger.acknowledge(words, (await citizen.post(submit))["seq"])

    def _seat(self, at: int, name: str, client: Client, floor: int) -> Seat:
        conversation = self.conversation

        def say(words: Words) -> Send:
            return Send(conversation=conversation, client_id=words.client_id, text=words.text)

        async def claim_again(page: Client) -> None:
            await claim(page, conversation)

        return Seat(
            name=f"{name} {self.number}",
            log_id=self.log_id,
            link=self.links[at],
            login=client.login,
            secret=client.secret,
            say=say,
            shown=shown,
            floor=floor,
            http=self.number % len(self.links) == at,
            set_right=claim_again if at == AGENT else None,
        )


def shown(kind: str, payload: dict[str, Any]) -> str | None:
    """The words of an event of a talk."""
    return str(payload["text"]) if kind == "message" else None


async def look_at(page: Client, view: str) -> dict[str, Any]:
    """Read a view as it is now, over plain HTTP."""
    page.versions.pop(view, None)
    await page.poll(views=(view,), wait=0)
    found: dict[str, Any] = page.views[view]
    return found


async def claim(page: Client, conversation: str) -> None:
    """Take a conversation, on what it is now.

    Raises:
        Refused: For another reason than that it has moved on meanwhile.
    """
    for attempt in range(CLAIMS_MOST):
        version = (await look_at(page, f"conversation:{conversation}"))["version"]
        try:
            await page.post(Claim(conversation=conversation, version=version))
        except Refused as refused:
            if refused.code not in (Code.CONFLICT, Code.TAKEN) or attempt + 1 == CLAIMS_MOST:
                raise
        else:
            return
