import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.errors import Refusal
from signaling.notices.addresses import is_public, mail_address, origin_of, push_endpoint
from signaling.wire import Code


@pytest.mark.parametrize(
    ("given_text", "known_as"),
    [
        ("a@b.fr", "a@b.fr"),
        (" Aicha.Ben-Ali+desk@Mail.Example.ORG ", "Aicha.Ben-Ali+desk@mail.example.org"),
        ("o'neil@xn--mtropole-b1a.example", "o'neil@xn--mtropole-b1a.example"),
        ("x" * 64 + "@example.org", "x" * 64 + "@example.org"),
    ],
)
def test_a_mail_address_is_known_again(given_text: str, known_as: str) -> None:
    assert mail_address(given_text) == known_as


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "@example.org",
        "a@",
        "a@b",
        "a@localhost",
        "a@127.0.0.1",
        "a@[127.0.0.1]",
        "a@b.1",
        ".a@b.fr",
        "a.@b.fr",
        "a..b@b.fr",
        "a b@b.fr",
        "a@b .fr",
        "a@-b.fr",
        "a@b-.fr",
        "a@b..fr",
        "a,c@b.fr",
        "a@b.fr,c@d.fr",
        "<a@b.fr>",
        '"a"@b.fr',
        "é@b.fr",
        "a@é.fr",
        "x" * 65 + "@example.org",
        "a@" + "x" * 64 + ".fr",
        "a@" + "x." * 130 + "fr",
    ],
)
def test_what_is_not_a_mail_address_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        mail_address(text)
    assert caught.value.code is Code.BAD_ADDRESS


@given(
    st.one_of(
        st.text(),
        st.text(alphabet="a@.\r\n\0 ,;:<>\"'x"),
        st.from_regex(r"a@b\.fr[\r\n\0\t ,].*", fullmatch=True),
    )
)
def test_no_text_makes_a_second_line_or_a_second_recipient(text: str) -> None:
    try:
        address = mail_address(text)
    except Refusal:
        return
    assert address.isascii()
    assert not set(address) & set('\r\n\0\t ,;:<>"()[]\\')
    assert address.count("@") == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://push.example.org/w/abc",
        "https://fcm.example.com/fcm/send/dA:APA91b-_",
        "https://push.example.org:443/w?x=%20y",
    ],
)
def test_the_endpoint_of_a_push_service_is_taken(url: str) -> None:
    assert push_endpoint(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://push.example.org/w",
        "https://localhost/w",
        "https://redis/w",
        "https://127.0.0.1/w",
        "https://127.1/w",
        "https://2130706433/w",
        "https://0x7f000001/w",
        "https://0x7f.0.0.0x1/w",
        "https://10.0.0.1/w",
        "https://[::1]/w",
        "https://[::ffff:127.0.0.1]/w",
        "https://user@push.example.org/w",
        "https://push.example.org@127.0.0.1/w",
        "https://push.example.org:8080/w",
        "https://push.example.org:0443/w",
        "https://push.example.org",
        "https://push.example.org#@127.0.0.1/w",
        "https://push.example.org\\@127.0.0.1/w",
        "https://push.example.org/w\r\nX-Header: 1",
        "https://push.example.org/w ",
        "https://push.example.org./w",
        "https://pu٣sh.example.org/w",
        "//push.example.org/w",
        "file:///etc/passwd",
        "unix:///run/redis.sock",
        "gopher://push.example.org/",
        "",
    ],
)
def test_every_other_address_that_a_user_may_write_is_refused(url: str) -> None:
    with pytest.raises(Refusal) as caught:
        push_endpoint(url)
    assert caught.value.code is Code.BAD_ADDRESS


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.10",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001::1",
        "2001:db8::1",
        "not an address",
        "",
    ],
)
def test_addresses_in_our_own_networks_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["9.9.9.9", "151.101.1.1", "2620:fe::fe", "::ffff:9.9.9.9"])
def test_addresses_out_there_are_public(address: str) -> None:
    assert is_public(address)


def test_the_origin_of_an_endpoint_is_what_a_token_names() -> None:
    assert origin_of("https://Push.example.org/w/a?b=c") == "https://push.example.org"
    assert origin_of("https://push.example.org:443/w") == "https://push.example.org"
    assert origin_of("http://127.0.0.1:8080/w") == "http://127.0.0.1:8080"
