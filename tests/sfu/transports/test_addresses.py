"""What is bound, and the candidates shown."""

from sfu.transports.addresses import Listening, candidates, interface_addresses, plan


def test_each_address_of_the_machine_has_a_socket():
    assert plan([], ["192.0.2.2", "2001:db8::2"]) == [
        Listening("192.0.2.2", ("192.0.2.2",)),
        Listening("2001:db8::2", ("2001:db8::2",)),
    ]


def test_only_configured_addresses_are_shown():
    assert plan(["192.0.2.2"], ["192.0.2.2", "198.51.100.3"]) == [Listening("192.0.2.2", ("192.0.2.2",))]


def test_an_address_in_front_of_the_machine_is_served_by_the_wildcard():
    assert plan(["203.0.113.5", "192.0.2.2"], ["192.0.2.2"]) == [
        Listening("0.0.0.0", ("203.0.113.5", "192.0.2.2")),
    ]


def test_without_a_network_the_loopback_serves():
    assert plan([], []) == [Listening("127.0.0.1", ("127.0.0.1",))]


def test_udp_is_preferred_to_tcp_and_priorities_differ():
    shown = candidates(plan([], ["192.0.2.2", "2001:db8::2"]), 47000, tcp=True)
    assert [(one.protocol, one.address) for one in sorted(shown, key=lambda one: -one.priority)] == [
        ("udp", "192.0.2.2"),
        ("udp", "2001:db8::2"),
        ("tcp", "192.0.2.2"),
        ("tcp", "2001:db8::2"),
    ]
    assert len({one.priority for one in shown}) == len({one.foundation for one in shown}) == 4
    assert all(0 < one.priority < 1 << 31 and one.port == 47000 for one in shown)


def test_the_loopback_is_not_among_the_interface_addresses():
    assert not {"127.0.0.1", "::1"} & set(interface_addresses())
