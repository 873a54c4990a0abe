import base64

import pytest
from cryptography.exceptions import InvalidSignature

from signaling.notices.vapid import TOKEN_S, Vapid
from tests.support.mailbox import verified
from tests.support.notices import NOW

SEED = b"v" * 32


def parts(header: str) -> tuple[str, str]:
    scheme, _, rest = header.partition(" ")
    assert scheme == "vapid"
    token, key = (part.strip().partition("=")[2] for part in rest.split(","))
    return token, key


def test_the_token_names_the_push_service_its_end_and_the_operator() -> None:
    vapid = Vapid(SEED, "mailto:desk@example.org")
    token, key = parts(vapid.authorization("https://push.example.org", NOW))
    assert key == vapid.public
    assert verified(token, key) == {
        "aud": "https://push.example.org",
        "exp": int(NOW) + TOKEN_S,
        "sub": "mailto:desk@example.org",
    }
    assert TOKEN_S <= 86400


def test_the_key_is_that_of_the_seed_and_a_point_as_browsers_take_it() -> None:
    assert Vapid(SEED, "").public == Vapid(SEED, "").public != Vapid(b"w" * 32, "").public
    point = base64.urlsafe_b64decode(Vapid(SEED, "").public + "=")
    assert (len(point), point[0]) == (65, 4)


def test_another_key_does_not_verify_it_and_nobody_is_named_who_has_no_address() -> None:
    token, key = parts(Vapid(SEED, "").authorization("https://push.example.org", NOW))
    assert "sub" not in verified(token, key)
    with pytest.raises(InvalidSignature):
        verified(token, Vapid(b"w" * 32, "").public)
