"""The worker's environment."""

import pytest

from sfu.config import ConfigError, read

REDIS = {"REDIS_URL": "unix:///run/valkey.sock"}


def test_the_port_is_the_base_plus_the_index():
    assert read(REDIS).port == 47000
    assert read(REDIS | {"SFU_PORT": "50000", "SFU_INDEX": "3"}).port == 50003


def test_addresses_and_tcp():
    config = read(REDIS | {"MEDIA_ADDRESSES": "192.0.2.1, 2001:db8::1", "SFU_TCP": "0"})
    assert config.addresses == ("192.0.2.1", "2001:db8::1")
    assert not config.tcp
    assert read(REDIS).tcp
    assert read(REDIS).addresses == ()


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({}, "REDIS_URL"),
        ({"REDIS_URL": "http://x"}, "REDIS_URL"),
        (REDIS | {"SFU_PORT": "many"}, "SFU_PORT"),
        (REDIS | {"SFU_PORT": "65535", "SFU_INDEX": "1"}, "SFU_PORT"),
        (REDIS | {"SFU_INDEX": "-1"}, "SFU_INDEX"),
        (REDIS | {"MEDIA_ADDRESSES": "example.org"}, "MEDIA_ADDRESSES"),
    ],
)
def test_what_cannot_be_used_is_named(environment: dict[str, str], named: str):
    with pytest.raises(ConfigError, match=named):
        read(environment)
