"""What the launcher finds out about the machine, and its sentences when something is missing."""

import os
import socket
import stat
from pathlib import Path

import pytest

from signaling.launcher import machine
from signaling.launcher.certificate import certificate_for
from signaling.launcher.errors import CannotLaunch
from signaling.launcher.settings import plan


def test_a_taken_udp_port_is_refused_with_the_variable_that_changes_it():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(CannotLaunch, match=f"Port {port} .* SFU_PORT="):
            machine.check_port("0.0.0.0", port, variable="SFU_PORT", kinds=[socket.SOCK_DGRAM])


def test_a_free_port_is_accepted():
    machine.check_port("127.0.0.1", 0, variable="PORT", kinds=[socket.SOCK_STREAM, socket.SOCK_DGRAM])


def test_sockets_move_to_a_short_private_folder_when_the_path_is_too_long(tmp_path: Path):
    assert machine.socket_folder(Path("/srv/.run")) == Path("/srv/.run")
    short = machine.socket_folder(tmp_path / ("x" * 100))
    assert len(os.fsencode(short / "supervisor.sock.00000")) <= machine.LONGEST_SOCKET_PATH
    assert stat.S_IMODE(short.stat().st_mode) == 0o700
    assert machine.socket_folder(tmp_path / ("x" * 100)) == short
    short.rmdir()


def test_without_any_store_the_sentence_names_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotLaunch, match=r"install redis-server .* REDIS_URL"):
        machine.store_command(tmp_path / "s", tmp_path, wheel="no_such_wheel")


def test_the_self_signed_certificate_is_kept_until_it_is_asked_for_another_address(tmp_path: Path):
    certificate, key = certificate_for(["127.0.0.1", "192.0.2.7"], tmp_path)
    first = certificate.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    certificate_for(["192.0.2.7"], tmp_path)
    assert certificate.read_bytes() == first
    certificate_for(["192.0.2.8"], tmp_path)
    assert certificate.read_bytes() != first


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Procfile").write_text("web: python -m signaling a.app:app\nsfu: python -m sfu\n")
    return tmp_path


DEMO = {"PERMANENCE_DEMO": "1"}


def test_the_plan_brings_a_store_unless_one_is_named(folder: Path):
    own, named = plan(folder, DEMO), plan(folder, DEMO | {"REDIS_URL": "redis://db:6379/0"})
    assert own.count("redis") == 1
    assert own.environment["REDIS_URL"].startswith("unix:///")
    assert named.count("redis") == 0
    assert named.environment["REDIS_URL"] == "redis://db:6379/0"


def test_open_to_the_network_means_a_certificate(folder: Path):
    closed, opened = plan(folder, DEMO), plan(folder, DEMO | {"HOST": "0.0.0.0", "PORT": "8443"})
    assert closed.base_url == "http://localhost:8080"
    assert not closed.self_signed
    assert opened.self_signed
    assert opened.base_url == f"https://{machine.primary_address()}:8443"
    assert Path(opened.environment["TLS_CERT"]).is_file()


def test_a_public_origin_is_what_links_begin_with(folder: Path):
    assert (
        plan(folder, DEMO | {"PUBLIC_ORIGIN": "https://class.example.org"}).base_url
        == "https://class.example.org"
    )


@pytest.mark.parametrize("variable", ["WEB_PROCESSES", "SFU_WORKERS"])
@pytest.mark.parametrize("value", ["0", "many", "65", "-1"])
def test_a_number_of_processes_that_makes_no_sense_is_refused(folder: Path, variable: str, value: str):
    with pytest.raises(CannotLaunch, match=variable):
        plan(folder, DEMO | {variable: value})


def test_outside_the_demonstration_a_missing_key_is_said(folder: Path):
    with pytest.raises(CannotLaunch, match="SECRET_KEY is missing"):
        plan(folder, {})
