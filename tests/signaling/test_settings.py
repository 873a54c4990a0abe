import base64
import os
from ipaddress import ip_network
from pathlib import Path

import pytest

from signaling.settings import BadSetting, Settings

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
GOOD = {
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "SECRET_KEY": base64.b64encode(KEY).decode(),
    "FILES_KEY": base64.b64encode(KEY).decode(),
}


def test_what_is_not_said_has_a_default() -> None:
    settings = Settings.from_environment(GOOD)
    assert settings.database_url == "sqlite:///data/permanence.sqlite3"
    assert (settings.host, settings.port, settings.demo) == ("127.0.0.1", 8080, False)
    assert (settings.tls_cert, settings.tls_key, settings.trusted_proxy) == (None, None, ())
    assert (settings.secret_key, settings.files_keys) == (KEY, (KEY,))


def test_what_is_said_is_taken() -> None:
    said = {
        "DATABASE_URL": "postgresql://db/permanence",
        "DATA_DIR": "/srv/permanence",
        "PORT": "8443",
        "TRUSTED_PROXY": "127.0.0.1, 10.0.0.0/8",
        "FILES_KEY": f"{base64.b64encode(OTHER_KEY).decode()},{GOOD['FILES_KEY']}",
    }
    settings = Settings.from_environment(GOOD | said)
    assert settings.database_url == "postgresql://db/permanence"
    assert settings.data_dir == Path("/srv/permanence")
    assert settings.port == 8443
    assert settings.trusted_proxy == (ip_network("127.0.0.1/32"), ip_network("10.0.0.0/8"))
    assert settings.files_keys == (OTHER_KEY, KEY)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing"),
        ({"FILES_KEY": ""}, "FILES_KEY is missing"),
        ({"FILES_KEY": "c2hvcnQ="}, "FILES_KEY is not 32 bytes"),
        ({"FILES_KEY": "x" * 44}, "FILES_KEY is not 32 bytes"),
        ({"FILES_KEY": "é"}, "FILES_KEY is not 32 bytes"),
        ({"FILES_KEY": GOOD["FILES_KEY"] + ",AA=="}, "FILES_KEY is not 32 bytes"),
        ({"REDIS_URL": ""}, "REDIS_URL"),
        ({"REDIS_URL": "http://127.0.0.1"}, "REDIS_URL"),
        ({"PORT": "eighty"}, "PORT"),
        ({"PORT": "65536"}, "PORT"),
        ({"PORT": "²"}, "PORT"),
        ({"TLS_CERT": "/cert.pem"}, "TLS_CERT and TLS_KEY"),
        (
            {"TLS_CERT": "/nowhere/cert.pem", "TLS_KEY": "/nowhere/key.pem"},
            "TLS_CERT names /nowhere/cert.pem",
        ),
        ({"PUBLIC_ORIGIN": "class.example.org"}, "PUBLIC_ORIGIN"),
        ({"PUBLIC_ORIGIN": "https://class.example.org/path"}, "PUBLIC_ORIGIN"),
        ({"TRUSTED_PROXY": "neighbour"}, "TRUSTED_PROXY"),
        ({"EMBED_ORIGINS": "www.example.org"}, "EMBED_ORIGINS"),
        ({"EMBED_ORIGINS": "https://www.example.org/path"}, "EMBED_ORIGINS"),
        ({"EMBED_ORIGINS": "https://www.example.org; script-src *"}, "EMBED_ORIGINS"),
        ({"EMBED_ORIGINS": "https://*"}, "EMBED_ORIGINS"),
        ({"EMBED_ORIGINS": "*"}, "EMBED_ORIGINS"),
        ({"CLAMD": "/run/clamav/clamd.ctl"}, "CLAMD"),
        ({"CLAMD": "tcp:scanner"}, "CLAMD"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_name(change: dict[str, str], named: str) -> None:
    with pytest.raises(BadSetting, match=named):
        Settings.from_environment(GOOD | change)


def test_keys_have_no_default_outside_the_demonstration(tmp_path: Path) -> None:
    without = {"REDIS_URL": GOOD["REDIS_URL"], "DATA_DIR": str(tmp_path)}
    with pytest.raises(BadSetting, match="is missing: make one with"):
        Settings.from_environment(without)
    demo = Settings.from_environment(without | {"PERMANENCE_DEMO": "1"})
    assert demo.demo
    assert demo.secret_key != demo.files_keys[0]
    assert len(demo.secret_key) == len(demo.files_keys[0]) == 32
    with pytest.raises(BadSetting):  # nor are those of a demonstration taken afterwards
        Settings.from_environment(without)


def test_the_demonstration_keeps_its_keys_to_itself(tmp_path: Path) -> None:
    environment = {
        "REDIS_URL": GOOD["REDIS_URL"],
        "DATA_DIR": str(tmp_path / "new"),
        "PERMANENCE_DEMO": "1",
        "FILES_KEY": "",
    }
    first, again = Settings.from_environment(environment), Settings.from_environment(environment)
    assert first == again
    (file,) = (tmp_path / "new").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert Settings.from_environment(GOOD | environment).secret_key == KEY


def test_the_sites_that_may_frame_pages_are_those_named() -> None:
    assert Settings.from_environment(GOOD).embed_origins == ()
    said = {
        "EMBED_ORIGINS": " https://www.ville.example/  http://[::1]:8080\nhttps://*.metropole.example:8443"
    }
    assert Settings.from_environment(GOOD | said).embed_origins == (
        "https://www.ville.example",
        "http://[::1]:8080",
        "https://*.metropole.example:8443",
    )


def test_no_key_is_shown() -> None:
    shown = repr(Settings.from_environment(GOOD))
    assert repr(KEY)[2:10] not in shown
    assert GOOD["SECRET_KEY"] not in shown


def test_a_page_may_come_from_this_machine_or_from_where_the_operator_says() -> None:
    own = Settings.from_environment(GOOD | {"PORT": "8443", "HOST": "192.0.2.7"}).public_origins
    assert {"http://localhost:8443", "https://127.0.0.1:8443", "https://192.0.2.7:8443"} <= set(own)
    usual = Settings.from_environment(GOOD | {"PORT": "443"}).public_origins
    assert "https://localhost" in usual  # a browser leaves the usual port out
    assert "http://localhost:443" in usual
    said = {"PUBLIC_ORIGIN": "https://class.example.org, https://other.example.org:444/"}
    assert Settings.from_environment(GOOD | said).public_origins == (
        "https://class.example.org",
        "https://other.example.org:444",
    )
    anywhere = Settings.from_environment(GOOD | {"HOST": "0.0.0.0"}).public_origins
    assert f"http://{os.uname().nodename}:8080" in anywhere
