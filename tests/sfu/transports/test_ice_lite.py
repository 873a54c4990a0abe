"""The lite agent: who is answered, which address is taken, where media goes."""

from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from sfu.core.contract import Credentials
from sfu.dataplane.contract import TransportId
from sfu.transports.ice_lite import (
    FORMER_CREDENTIALS_S,
    MAX_ADDRESSES,
    MAX_CREDENTIALS,
    MAX_FORGERIES_PER_S,
    Effect,
    Forgotten,
    IceLite,
    Respond,
    Selected,
    Validated,
    username_of,
)

OURS = Credentials("ours", "our-password-of-22-chars")
THEIRS = Credentials("them", "their-password")
ALICE, BOB = TransportId(1), TransportId(2)


def request(
    local: Credentials = OURS, remote: Credentials = THEIRS, key: str | None = None, **more: object
) -> bytes:
    attributes = {
        "USERNAME": f"{local.ufrag}:{remote.ufrag}",
        "ICE-CONTROLLING": 1,
        "PRIORITY": 1,
    } | {name.replace("_", "-"): value for name, value in more.items()}
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST, attributes=attributes)
    message.add_message_integrity((key or local.pwd).encode())
    return bytes(message)


def agent() -> IceLite:
    ice = IceLite()
    ice.open(ALICE, OURS, THEIRS)
    return ice


def feed(ice: IceLite, datagram: bytes, port: int = 5, now: float = 0.0) -> list[Effect]:
    return ice.receive(datagram, (0, ("192.0.2.9", port)), ("192.0.2.9", port), now)


def address(port: int) -> tuple[int, tuple[str, int]]:
    return (0, ("192.0.2.9", port))


def answers(effects: list[Effect]) -> list[stun.Message]:
    return [stun.parse_message(effect.datagram) for effect in effects if isinstance(effect, Respond)]


def test_a_signed_request_is_answered_and_its_address_taken():
    ice = agent()
    effects = feed(ice, request())
    assert effects[0] == Validated(ALICE, address(5))
    [answer] = answers(effects)
    assert answer.message_class == stun.Class.RESPONSE
    assert answer.attributes["XOR-MAPPED-ADDRESS"] == ("192.0.2.9", 5)
    assert answer.check_message_integrity(OURS.pwd.encode())
    assert ice.owner(address(5)) == ALICE
    assert ice.selected(ALICE) is None, "media goes nowhere before USE-CANDIDATE"


def test_media_goes_to_the_address_that_the_peer_nominates():
    ice = agent()
    feed(ice, request())
    effects = feed(ice, request(USE_CANDIDATE=None), port=6)
    assert Selected(ALICE, address(6)) in effects
    assert ice.selected(ALICE) == address(6)
    assert not [e for e in feed(ice, request(USE_CANDIDATE=None), port=6) if isinstance(e, Selected)]


def test_a_stranger_is_never_answered():
    ice = agent()
    assert feed(ice, request(local=Credentials("none", OURS.pwd))) == []
    assert feed(ice, request(remote=Credentials("other", ""))) == []
    assert ice.dropped["stun_unknown"] == 2


def test_a_wrong_signature_is_not_answered_and_soon_not_even_looked_at():
    ice = agent()
    for _ in range(MAX_FORGERIES_PER_S + 1):
        assert feed(ice, request(key="wrong")) == []
    assert ice.dropped == {"stun_forged": MAX_FORGERIES_PER_S, "stun_limited": 1}
    assert feed(ice, request(), now=1.5) != [], "a second later the peer itself gets in"


def test_an_address_already_taken_is_answered_during_a_flood_of_forgeries():
    ice = agent()
    feed(ice, request())
    for _ in range(MAX_FORGERIES_PER_S):
        feed(ice, request(key="wrong"), port=7)
    assert answers(feed(ice, request()))


def test_a_peer_that_says_it_is_controlled_is_told_of_the_conflict():
    ice = agent()
    [answer] = answers(feed(ice, request(ICE_CONTROLLED=1)))
    assert answer.error_code == 487
    assert ice.owner(address(5)) is None


def test_addresses_are_bounded_and_the_nominated_one_is_kept():
    ice = agent()
    feed(ice, request(USE_CANDIDATE=None), port=1)
    for port in range(2, MAX_ADDRESSES + 3):
        feed(ice, request(), port=port)
    assert len(ice.addresses(ALICE)) == MAX_ADDRESSES
    assert ice.selected(ALICE) == address(1)
    assert ice.owner(address(2)) is None


def test_an_address_goes_to_whoever_proves_to_be_there_now():
    ice = agent()
    bobs = Credentials("bobs", "password-for-bob")
    ice.open(BOB, bobs, THEIRS)
    feed(ice, request(USE_CANDIDATE=None))
    effects = feed(ice, request(local=bobs))
    assert effects[:3] == [Forgotten(address(5)), Selected(ALICE, None), Validated(BOB, address(5))]


def test_after_a_restart_the_former_credentials_hold_for_a_minute():
    ice = agent()
    new = Credentials("new1", "another-password")
    ice.renew(ALICE, new, Credentials("new2", ""), 10.0)
    assert answers(feed(ice, request(), now=10.0 + FORMER_CREDENTIALS_S))
    assert answers(feed(ice, request(local=new, remote=Credentials("new2", "")), now=10.0))
    assert feed(ice, request(), now=10.1 + FORMER_CREDENTIALS_S) == []


def test_endless_restarts_do_not_fill_the_memory():
    ice = agent()
    for number in range(50):
        ice.renew(ALICE, Credentials(f"u{number}", "p"), THEIRS, 1.0)
    assert len(ice._accepted) <= MAX_CREDENTIALS


def test_a_closed_peer_leaves_nothing_behind():
    ice = agent()
    feed(ice, request(USE_CANDIDATE=None))
    assert ice.close(ALICE) == [Forgotten(address(5)), Selected(ALICE, None)]
    assert feed(ice, request()) == []
    assert ice.owner(address(5)) is None


@given(st.binary(max_size=200))
def test_no_bytes_raise(datagram: bytes):
    assert feed(agent(), datagram) == []


GOOD = request(USE_CANDIDATE=None)
SIGNED = len(GOOD) - 8
"""FINGERPRINT comes after the signature: its header is not covered."""


@given(st.dictionaries(st.integers(0, SIGNED - 1), st.integers(1, 255), min_size=1, max_size=4))
def test_no_damaged_request_raises_or_is_believed(damage: dict[int, int]):
    damaged = bytearray(GOOD)
    for position, bits in damage.items():
        damaged[position] ^= bits
    assert feed(agent(), bytes(damaged)) == []


@given(st.integers(0, len(GOOD) - 1))
def test_no_shortened_request_raises_or_is_believed(length: int):
    assert feed(agent(), GOOD[:length]) == []


@given(st.binary(max_size=120))
def test_a_known_user_name_before_rubbish_does_not_raise(rest: bytes):
    name = b"ours:them"
    body = b"\x00\x06" + len(name).to_bytes(2, "big") + name + bytes(3) + rest
    datagram = b"\x00\x01" + len(body).to_bytes(2, "big") + stun.COOKIE.to_bytes(4, "big") + bytes(12) + body
    assert username_of(datagram) == name
    assert feed(agent(), datagram) == []
