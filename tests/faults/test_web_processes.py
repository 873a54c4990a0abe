"""Two web processes on one port, and what happens to pages when a process or Redis goes."""

import asyncio
import os
import signal
import ssl
import subprocess
import sys
from contextlib import AsyncExitStack, ExitStack

import aiohttp
import pytest

from load.system.processes import free_port, wait_until
from tests.support.app_client import ROOT, Client, Place, open_place
from tests.support.feeds import until
from tests.support.notebook import Write

pytestmark = pytest.mark.processes


@pytest.fixture
async def place(valkey, tmp_path):
    async with open_place(valkey, tmp_path) as place:
        yield place


class Site:
    """Web processes on one port."""

    def __init__(self, place: Place, folder, stack: ExitStack) -> None:
        self.place = place
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._stack = stack
        self._started = 0

    def start(self):
        self._started += 1
        output = self._folder / f"web{self._started}.log"
        process = self._stack.enter_context(self.place.run("signaling", output, self.port))
        process.wait_for("= listening on")
        process.wait_for("= bus: listening")
        return process


@pytest.fixture
def site(place, tmp_path):
    with ExitStack() as stack:
        yield Site(place, tmp_path, stack)


@pytest.fixture
async def pages():
    async with AsyncExitStack() as stack:
        yield stack


def texts(client, log):
    return [event.payload["text"] for event in client.logs.get(log, ())]


async def connect_to_both(site, processes, pages, name):
    """Connect pages of one person until each process has one (the kernel chooses); return one of each."""
    found: dict[int, Client] = {}
    for _ in range(40):
        client = await site.place.enter(pages, site.base, name)
        for process in processes:
            if process.pid not in found and "> connection" in process.text():
                found[process.pid] = client
        if len(found) == len(processes):
            return [found[process.pid] for process in processes]
        if client not in found.values():
            await client.close()
    pytest.fail("the kernel never chose the other process")


async def test_people_on_different_processes_of_one_port_meet(site, pages):
    await meet(site, pages)


@pytest.mark.redis
@pytest.mark.postgres
async def test_they_meet_over_redis_server_and_postgresql_too(
    redis_server_url, postgres_url, tmp_path, pages
):
    async with open_place(redis_server_url, tmp_path, postgres_url) as place:
        with ExitStack() as stack:
            await meet(Site(place, tmp_path, stack), pages)


async def meet(site, pages):
    processes = [site.start(), site.start()]
    aya, bao = await connect_to_both(site, processes, pages, "Aya")
    log = site.place.log
    for page in (aya, bao):
        await page.open_view("notebook")
        await page.open_log(log)
    for number in range(5):
        await aya.send(Write(client_id=f"client-aya-{number}", text=f"a{number}"))
        await bao.send(Write(client_id=f"client-bao-{number}", text=f"b{number}"))
    for page in (aya, bao):
        await page.wait_for(lambda page=page: len(texts(page, log)) == 10)
        await page.wait_for(lambda page=page: page.views["notebook"]["lines"] == 10)
    assert texts(aya, log) == texts(bao, log)
    assert aya.versions == bao.versions, "equal data, equal version, on every process"


async def test_a_killed_process_costs_nobody_a_word(site, pages):
    victim = site.start()
    aya = await site.place.enter(pages, site.base, "Aya")
    bao = await site.place.enter(pages, site.base, "Bao")
    log = site.place.log
    await aya.open_log(log)
    await aya.open_view("notebook")
    await bao.send(Write(client_id="client-id-1", text="before"))
    await aya.wait_for(lambda: texts(aya, log) == ["before"])
    victim.popen.kill()
    victim.wait()
    await until(lambda: not aya.connected)
    site.start()
    await aya.wait_for(lambda: aya.connections == 2)
    await bao.wait_for(lambda: bao.connections == 2)
    await bao.send(
        Write(client_id="client-id-1", text="before")
    )  # a repeat: nobody knows whether it got through
    await bao.send(Write(client_id="client-id-2", text="after"))
    await aya.wait_for(lambda: texts(aya, log) == ["before", "after"])
    await aya.wait_for(lambda: aya.views["notebook"]["lines"] == 2)


async def test_what_was_written_elsewhere_while_a_page_was_away_comes_when_it_is_back(site, pages):
    victim = site.start()
    aya = await site.place.enter(pages, site.base, "Aya")
    log = site.place.log
    await aya.open_log(log)
    victim.popen.kill()
    victim.wait()
    async with site.place.serve() as elsewhere:
        bao = await site.place.enter(pages, elsewhere.base, "Bao")
        for number in range(3):
            await bao.send(Write(client_id=f"client-id-{number}", text=str(number)))
        await bao.close()
    site.start()
    await aya.wait_for(lambda: texts(aya, log) == ["0", "1", "2"])


async def test_redis_comes_back_empty_and_nobody_loses_a_word_or_is_shown_as_gone(site, pages, valkey):
    processes = [site.start(), site.start()]
    aya, bao = await connect_to_both(site, processes, pages, "Aya")
    cleo = await site.place.enter(pages, site.base, "Cléo")
    log = site.place.log
    for page in (aya, bao, cleo):
        await page.open_view("notebook")
        await page.open_log(log)
    await aya.wait_for(lambda: len(aya.views["notebook"]["present"]) == 2)
    seen: list[int] = []
    aya._socket.on("message", handler=watching(aya, seen))

    valkey.stop()
    for number in range(3):
        await bao.send(Write(client_id=f"client-id-away-{number}", text=f"away{number}"))
    valkey.start()
    await bao.send(Write(client_id="client-id-back", text="back"))
    for page in (aya, bao, cleo):
        expected = ["away0", "away1", "away2", "back"]
        await page.wait_for(lambda page=page, expected=expected: texts(page, log) == expected, within_s=25.0)
        await page.wait_for(lambda page=page: page.views["notebook"]["lines"] == 4, within_s=25.0)
        assert page.connections == 1, "no page even noticed"
    await asyncio.sleep(0)
    assert len(aya.views["notebook"]["present"]) == 2
    assert min(seen, default=2) == 2, "nobody was shown as gone in between"


def watching(client, seen):
    """Note after each message how many people are present."""

    async def received(data):
        await client._received(data)
        seen.append(len(client.views["notebook"]["present"]))

    return received


async def test_a_process_that_is_asked_to_stop_sends_its_pages_to_another_in_order(site, pages):
    first = site.start()
    aya = await site.place.enter(pages, site.base, "Aya")
    await aya.open_view("notebook")
    second = site.start()
    first.popen.send_signal(signal.SIGTERM)
    wait_until(lambda: first.popen.poll() is not None, "the end", 3.0)
    assert first.popen.returncode == 0
    assert first.text().rstrip().endswith("= stopped")
    assert "Traceback" not in first.text()
    await aya.wait_for(lambda: aya.connections == 2)
    assert "> connection" in second.text()
    await aya.send(Write(client_id="client-id-1", text="still here"))
    await aya.wait_for(lambda: aya.views["notebook"]["lines"] == 1)


async def test_a_port_in_use_is_one_sentence(place, tmp_path):
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with place.run("signaling", tmp_path / "web.log", port) as web:
            assert await asyncio.to_thread(web.wait) == 1
            (line,) = web.text().splitlines()
    assert line.startswith(f"Port {port} of 127.0.0.1 cannot be used")
    assert "PORT" in line


@pytest.mark.parametrize(
    ("argv", "environment", "words"),
    [
        ([], {}, "Name the apps"),
        (["nothing.like:it"], {}, "is not an app"),
        (["tests.support.notebook:app"], {"REDIS_URL": ""}, "REDIS_URL"),
    ],
)
def test_what_is_missing_is_one_sentence(place, argv, environment, words):
    command = [sys.executable, "-m", "signaling", *argv]
    full = {**os.environ, **place.environment, **environment}
    ended = subprocess.run(
        command, cwd=ROOT, env=full, capture_output=True, text=True, check=False, timeout=30
    )
    assert ended.returncode != 0
    (line,) = ended.stderr.splitlines()
    assert words in line


def make_certificate(cert, key):
    request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    files = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(["openssl", *request.split(), *files], check=True, capture_output=True, timeout=30)


async def test_tls_by_certificate_and_key(place, tmp_path):
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    make_certificate(cert, key)
    place.environment |= {"TLS_CERT": str(cert), "TLS_KEY": str(key)}
    port = free_port()
    context = ssl.create_default_context(cafile=str(cert))
    with place.run("signaling", tmp_path / "web.log", port) as web:
        web.wait_for("= listening on https://")
        session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context))
        async with session, session.get(f"https://localhost:{port}/health") as response:
            assert response.headers["Strict-Transport-Security"].startswith("max-age=")
            assert response.headers["Content-Security-Policy"].endswith(f"wss://localhost:{port}")
