from hypothesis import given
from hypothesis import strategies as st

from signaling.identity.tokens import digest, digest_secret, is_secret, short_code
from signaling.ids import new_code, new_handle, new_secret

KEY, OTHER_KEY = b"k" * 32, b"o" * 32


def test_a_short_code_is_understood_as_it_is_read_aloud() -> None:
    assert short_code("7k3m-pq9x") == short_code(" 7K3M PQ9X") == "7K3MPQ9X"
    assert short_code("OIL0-1234") == "01101234"
    assert short_code("7K3M-PQ9") is None
    assert short_code("7K3M-PQ9U") is None


def test_only_short_codes_depend_on_the_key_of_the_server() -> None:
    code, secret = new_code(), new_secret()
    assert digest(code, KEY) != digest(code, OTHER_KEY)
    assert digest(secret, KEY) == digest(secret, OTHER_KEY) == digest_secret(secret)


def test_what_is_drawn_has_the_promised_shape() -> None:
    assert len(new_handle()) == 12
    assert len(new_secret()) == 43
    code = new_code()
    assert short_code(code) == code
    assert len({new_secret() for _ in range(100)}) == 100


@given(st.text())
def test_any_text_has_a_digest(text: str) -> None:
    assert len(digest(text, KEY)) == 32


def test_a_cookie_with_broken_characters_matches_nothing() -> None:
    assert not is_secret("\udc80", digest_secret(new_secret()))
