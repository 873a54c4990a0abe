import pytest

from signaling.notices.server import mail_server
from signaling.settings import BadSetting, Settings
from tests.signaling.test_settings import GOOD

FROM = "Métropole de Test <desk@example.org>"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 587, "starttls", "", "")),
        ("smtp://mail.example.org/?starttls=1", ("mail.example.org", 587, "starttls", "", "")),
        ("smtp://desk:p%40ss@mail.example.org:2525", ("mail.example.org", 2525, "starttls", "desk", "p@ss")),
        ("smtps://desk:x@mail.example.org", ("mail.example.org", 465, "implicit", "desk", "x")),
        ("smtp://127.0.0.1:1025/?starttls=0", ("127.0.0.1", 1025, "none", "", "")),
        ("smtp://relay?starttls=0", ("relay", 25, "none", "", "")),
    ],
)
def test_a_mail_server_is_read_from_its_address(url: str, expected: tuple[object, ...]) -> None:
    server = mail_server(url, FROM)
    assert server is not None
    assert (server.host, server.port, server.tls, server.username, server.password) == expected
    assert (server.sender, server.address) == ("Métropole de Test", "desk@example.org")


def test_without_both_no_mail_is_offered() -> None:
    assert mail_server("", "") is None


@pytest.mark.parametrize(
    ("url", "sender", "named"),
    [
        ("smtp://mail.example.org", "", "go together"),
        ("", FROM, "go together"),
        ("mail.example.org", FROM, "MAIL_URL cannot be read"),
        ("http://mail.example.org", FROM, "MAIL_URL cannot be read"),
        ("smtp://", FROM, "MAIL_URL cannot be read"),
        ("smtp://h:port", FROM, "MAIL_URL cannot be read"),
        ("smtp://h/?tls=0", FROM, "MAIL_URL cannot be read"),
        ("smtp://h/path", FROM, "MAIL_URL cannot be read"),
        ("smtps://h/?starttls=0", FROM, "MAIL_URL cannot be read"),
        ("smtp://u:verysecret@h/?starttls=0", FROM, "unprotected"),
        ("smtp://h", "Métropole", "MAIL_FROM holds no mail address"),
        ("smtp://h", "Two\nLines <desk@example.org>", "MAIL_FROM"),
    ],
)
def test_what_cannot_be_used_is_said_without_the_password(url: str, sender: str, named: str) -> None:
    with pytest.raises(BadSetting) as caught:
        Settings.from_environment(GOOD | {"MAIL_URL": url, "MAIL_FROM": sender})
    assert named in str(caught.value)
    assert "verysecret" not in str(caught.value)


def test_the_settings_hold_it_and_show_no_secret() -> None:
    more = {
        "MAIL_URL": "smtp://u:verysecret@mail.example.org",
        "MAIL_FROM": FROM,
        "VAPID_KEY": GOOD["FILES_KEY"],
    }
    settings = Settings.from_environment(GOOD | more)
    assert settings.mail == mail_server(more["MAIL_URL"], FROM)
    assert settings.vapid_key == settings.files_keys[0]
    assert not settings.push_private
    assert "verysecret" not in repr(settings)
    with pytest.raises(BadSetting, match="VAPID_KEY"):
        Settings.from_environment(GOOD | {"VAPID_KEY": "c2hvcnQ="})
