import asyncio
import socket

import pytest

from signaling.database import Database
from signaling.errors import Refusal
from signaling.notices.addresses import push_endpoint
from signaling.notices.contacts import BROWSERS_MOST
from signaling.notices.contract import Kind, Letter, Outcome, Parcel, State
from signaling.notices.push import PublicOnly, Push
from signaling.notices.service import Notices
from signaling.notices.vapid import Vapid
from signaling.wire import Code
from tests.support.databases import Bell
from tests.support.mailbox import PushService
from tests.support.notices import NOW, Desk, settings

DUE = NOW + 60
VAPID = Vapid(b"v" * 32, "")


def parcel(endpoint: str, kind: Kind = "answer") -> Parcel:
    return Parcel(id="a", key="talk", kind=kind, letter=Letter(to=endpoint))


async def test_a_push_has_no_content_and_says_who_sends_it(desk: Desk, push: PushService) -> None:
    await desk.add_push(f"{push.base}/w/her-browser")
    assert await desk.ways() == {"push"}
    await desk.answer()
    await desk.notices.send(DUE)
    (got,) = push.pushed
    assert (got.path, got.body) == ("/w/her-browser", b"")
    assert got.key == desk.notices.push_key
    assert got.claims == {"aud": push.base, "exp": int(DUE) + 6 * 3600, "sub": "mailto:desk@example.org"}
    assert (got.headers["TTL"], got.headers["Urgency"], got.headers["Content-Length"]) == (
        "86400",
        "normal",
        "0",
    )
    assert len(got.headers["Topic"]) == 32
    assert "Content-Encoding" not in got.headers
    assert "Cookie" not in got.headers
    assert await desk.states() == [State.SENT]


async def test_what_is_urgent_is_said_to_be_and_soon_of_no_use(push: PushService) -> None:
    await Push(VAPID, private=True).send(parcel(f"{push.base}/w", "turn"), NOW)
    await Push(VAPID, private=True).send(parcel(f"{push.base}/w"), NOW)
    assert [(each.headers["Urgency"], each.headers["TTL"]) for each in push.pushed] == [
        ("high", "900"),
        ("normal", "86400"),
    ]
    assert push.pushed[0].headers["Topic"] != push.pushed[1].headers["Topic"]


async def test_a_record_is_for_the_mail_not_for_the_browser(desk: Desk, push: PushService) -> None:
    await desk.add_push(f"{push.base}/w")
    assert await desk.answer(1, kind="transcript") == 0
    await desk.set_mail()
    assert await desk.answer(2, kind="transcript") == 1
    assert await desk.answer(3) == 2


@pytest.mark.parametrize("status", [404, 410])
async def test_a_subscription_that_is_gone_is_forgotten(
    desk: Desk, push: PushService, bell: Bell, status: int
) -> None:
    await desk.add_push(f"{push.base}/w/old")
    await desk.answer()
    push.status = status
    await desk.notices.send(DUE)
    assert await desk.ways() == frozenset()
    assert await desk.states() == [State.FAILED]
    assert bell.topics[-1] == {"person:aicha"}
    assert await desk.answer(2) == 0


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.SENT),
        (201, Outcome.SENT),
        (202, Outcome.SENT),
        (301, Outcome.LATER),
        (400, Outcome.REFUSED),
        (403, Outcome.LATER),
        (413, Outcome.REFUSED),
        (429, Outcome.LATER),
        (500, Outcome.LATER),
        (503, Outcome.LATER),
    ],
)
async def test_what_follows_from_the_answer(push: PushService, status: int, outcome: Outcome) -> None:
    push.status = status
    assert await Push(VAPID, private=True).send(parcel(f"{push.base}/w"), NOW) is outcome


async def test_no_redirect_is_followed(push: PushService) -> None:
    push.status, push.headers = 307, {"Location": f"{push.base}/inside"}
    assert await Push(VAPID, private=True).send(parcel(f"{push.base}/w"), NOW) is Outcome.LATER
    assert [each.path for each in push.pushed] == ["/w"]


async def test_an_endless_answer_is_not_read() -> None:
    """Headers are all that is waited for: the body may never end."""
    left = asyncio.Event()

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 1000000000000\r\n\r\n")
        try:
            while True:
                writer.write(bytes(65536))
                await writer.drain()
        except ConnectionError:
            left.set()
        finally:
            writer.close()

    async with await asyncio.start_server(endless, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        sent = await Push(VAPID, private=True).send(parcel(f"http://127.0.0.1:{port}/w"), NOW)
        assert sent is Outcome.SENT
        await asyncio.wait_for(left.wait(), 10)


async def test_a_push_service_that_is_away_is_tried_again(desk: Desk, push: PushService) -> None:
    await desk.add_push(f"{push.base}/w")
    await desk.answer()
    push.status = 503
    await desk.notices.send(DUE)
    assert await desk.states() == [State.DUE]
    push.status = 201
    await desk.notices.send(DUE + 30)
    assert await desk.states() == [State.SENT]
    first, second = push.pushed
    assert first.headers["Topic"] == second.headers["Topic"]


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "::1", "0"])
async def test_a_name_that_leads_into_our_own_networks_is_not_called(name: str) -> None:
    with pytest.raises(OSError, match=r"no public address|not known|failure in name|No address"):
        await PublicOnly().resolve(name, 443, socket.AF_UNSPEC)


async def test_a_push_service_by_name_on_this_machine_gets_no_request(
    push: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if somebody had pointed her own domain at 127.0.0.1 after the check of its form."""
    real = socket.getaddrinfo

    def pointed(host: str, *rest: object, **more: object) -> object:
        return real("127.0.0.1" if host == "push.evil.example" else host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", pointed)
    called: list[object] = []
    loop = asyncio.get_running_loop()
    connect = loop.sock_connect

    async def noted(sock: socket.socket, address: object) -> None:
        called.append(address)
        await connect(sock, address)  # type: ignore[arg-type]

    monkeypatch.setattr(loop, "sock_connect", noted)
    endpoint = push_endpoint("https://push.evil.example/w")
    assert await Push(VAPID).send(parcel(endpoint), NOW) is Outcome.LATER
    assert called == []
    assert push.pushed == []


async def test_an_endpoint_that_would_not_be_taken_today_is_gone() -> None:
    assert await Push(VAPID).send(parcel("http://127.0.0.1:6379/"), NOW) is Outcome.GONE


async def test_a_server_for_the_public_refuses_private_endpoints(database: Database) -> None:
    desk = Desk(database, Notices(database, settings(push_private=False), lambda: NOW))
    with pytest.raises(Refusal) as caught:
        await desk.add_push("https://10.0.0.1/w")
    assert caught.value.code is Code.BAD_ADDRESS
    assert await desk.contacts() == []


async def test_the_newest_browsers_are_kept_and_the_same_one_once(desk: Desk) -> None:
    for number in range(BROWSERS_MOST + 2):
        await desk.add_push(f"http://127.0.0.1:9/{number}", now=NOW + number)
    first = [row.recipient for row in await desk.contacts()]
    assert len(first) == BROWSERS_MOST
    await desk.add_push(f"http://127.0.0.1:9/{BROWSERS_MOST}", now=NOW + 100)
    assert {row.recipient for row in await desk.contacts()} == set(first)
    assert await desk.answer() == BROWSERS_MOST
