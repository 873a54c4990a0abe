"""Rooms, peers and slots: what the control plane answers and does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfu.control import CloseRoom, Done, Drain, IceRestarted, Join, Leave, Refused, RestartIce
from sfu.core.contract import ClosePeer, OpenPeer, PeerClosed, PeerConnected, RenewPeer, RoomClosed
from sfu.dataplane.contract import (
    AddRepair,
    AddSlot,
    AddStream,
    Connect,
    Hold,
    RemoveStream,
    SlotId,
    Switched,
    TransportId,
)
from tests.sfu.core.rig import IDENTITY, Desk, audio, browser_offer, offer, report, slot_report, video
from tests.sfu.core.test_negotiation import OFFER


def command_of(kind, **more):
    return kind(id="x", reply_to="k", **more)


def code(reply) -> str:
    assert isinstance(reply, Refused)
    assert reply.text
    return reply.code


def pair(rids: tuple[str, ...] = ()) -> Desk:
    """Two connected peers, ssrcs 1000 and 2000 and following."""
    desk = Desk()
    desk.enter("ann", browser_offer(1000, rids))
    desk.enter("bob", browser_offer(2000, rids))
    return desk


def layer_of(desk: Desk, ssrc: int, rid: str) -> Connect:
    """Let a layer of ann's camera begin; returns how it was connected."""
    added, connected = desk.resolve("ann", ssrc, 96, mid="1", rid=rid)
    assert isinstance(added, AddStream)
    assert isinstance(connected, Connect)
    assert connected.stream == added.stream
    return connected


def slots_by_mid(desk: Desk, joined) -> dict[str, SlotId]:
    """Slot id by mid, from the ssrcs of the answer and the operations of the connection."""
    by_ssrc = {slot.ssrc: slot.slot for slot in desk.did(AddSlot)}
    return {section.mid: by_ssrc[section.ssrc] for section in joined.answer.sections if section.ssrc}


# --- joining ---


def test_a_join_is_answered_and_a_transport_opened():
    desk = Desk()
    joined = desk.join("ann")
    (opened,) = desk.said(OpenPeer)
    assert (opened.local.ufrag, opened.local.pwd) == (joined.answer.ice_ufrag, joined.answer.ice_pwd)
    assert len(opened.local.ufrag) >= 8
    assert len(opened.local.pwd) >= 22
    assert opened.remote.ufrag == "abcd"
    assert joined.answer.fingerprint == IDENTITY.fingerprint
    assert joined.answer.candidates == IDENTITY.candidates
    assert desk.shown("ann").connection == "new"


def test_streams_that_were_announced_and_all_slots_exist_once_connected():
    desk = Desk()
    desk.join("ann")
    assert desk.operations() == []
    desk.connect("ann")
    assert [stream.ssrc for stream in desk.did(AddStream)] == [1000, 1002]
    assert [repair.ssrc for repair in desk.did(AddRepair)] == [1003]
    slots = desk.did(AddSlot)
    assert len(slots) == 12
    assert all(slot.first_sequence < 32768 and slot.first_rtx_sequence < 32768 for slot in slots)
    assert len({slot.ssrc for slot in slots} | {slot.rtx_ssrc for slot in slots if slot.rtx_ssrc}) == 12 + 9
    assert desk.shown("ann").connection == "connected"


def test_a_peer_that_joins_receives_the_others_and_is_received():
    desk = Desk()
    ann = desk.join("ann", browser_offer(1000, ()))
    desk.connect("ann")
    anns = slots_by_mid(desk, ann)
    bob = desk.join("bob", browser_offer(2000, ()))
    desk.connect("bob")
    bobs = slots_by_mid(desk, bob)
    ssrcs = {1: 1000, 2: 1004, 3: 1002} | {stream.stream: stream.ssrc for stream in desk.did(AddStream)}
    connected = {connect.slot: connect for connect in desk.did(Connect)}
    sources = {slot: ssrcs[connect.stream] for slot, connect in connected.items()}
    assert sources == {
        anns["3"]: 2000,
        anns["6"]: 2004,
        anns["14"]: 2002,
        bobs["3"]: 1000,
        bobs["6"]: 1004,
        bobs["14"]: 1002,
    }
    assert {connect.payload_type for connect in connected.values()} == {111, 96}
    assert connected[anns["6"]].rtx_payload_type == 97
    assert connected[anns["3"]].rtx_payload_type == 0


def test_nobody_receives_himself():
    desk = Desk()
    desk.enter("ann")
    assert desk.did(Connect) == []


def test_rooms_do_not_hear_each_other():
    desk = Desk()
    desk.enter("ann")
    desk.join("bob", room="other")
    desk.connect("bob")
    assert desk.did(Connect) == []


# --- unknown ssrcs ---


def test_a_simulcast_layer_is_known_by_mid_and_rid_and_connected_at_once():
    desk = pair(("q", "h", "f"))
    added, connected = desk.resolve("ann", 77, 96, mid="1", rid="q")
    assert isinstance(added, AddStream)
    assert (added.ssrc, added.payload_type, added.clock_rate) == (77, 96, 90000)
    assert isinstance(connected, Connect)
    assert connected.stream == added.stream
    assert desk.resolve("ann", 78, 97, mid="1", repaired_rid="q") == [
        AddRepair(added.stream, desk.transports["ann"], 78, 97)
    ]


def test_a_repair_before_its_layer_is_not_taken():
    desk = pair(("q", "h", "f"))
    assert desk.resolve("ann", 78, 97, mid="1", repaired_rid="q") == []


def test_without_mid_a_payload_type_decides_where_it_is_unambiguous():
    desk = Desk()
    desk.enter("ann", offer(audio("0", "sendonly"), video("1", "sendonly")))
    (opus,) = desk.resolve("ann", 5, 111)
    (vp8,) = desk.resolve("ann", 6, 96)
    assert isinstance(opus, AddStream)
    assert isinstance(vp8, AddStream)
    assert opus.clock_rate == 48000
    assert desk.resolve("ann", 7, 97) == [AddRepair(vp8.stream, desk.transports["ann"], 7, 97)]


@pytest.mark.parametrize(
    "unknown",
    [
        {"payload_type": 96},
        {"payload_type": 96, "mid": "9"},
        {"payload_type": 96, "mid": "1"},
        {"payload_type": 96, "mid": "1", "rid": "z"},
        {"payload_type": 35, "mid": "1", "rid": "q"},
        {"payload_type": 96, "mid": "3"},
        {"payload_type": 96, "mid": "\x00", "rid": "\ufffd"},
    ],
)
def test_what_cannot_be_known_is_nothing(unknown):
    desk = pair(("q", "h", "f"))
    assert desk.resolve("ann", 77, **unknown) == []


def test_an_unknown_transport_is_nothing():
    desk = pair()
    desk.transports["ghost"] = TransportId(99)
    assert desk.resolve("ghost", 77, 96) == []


def test_a_new_ssrc_takes_over_from_a_layer_but_not_all_the_time():
    desk = pair(("q", "h", "f"))
    first, _ = desk.resolve("ann", 77, 96, mid="1", rid="q")
    desk.now += 5
    desk.measure()
    removed, added, connected = desk.resolve("ann", 79, 96, mid="1", rid="q")
    assert isinstance(first, AddStream)
    assert removed == RemoveStream(first.stream)
    assert isinstance(added, AddStream)
    assert isinstance(connected, Connect)
    assert connected.stream == added.stream
    assert desk.resolve("ann", 80, 96, mid="1", rid="q") == []


# --- layers ---


def test_the_highest_layer_that_is_sent_is_shown_and_a_stopped_one_left():
    desk = pair(("q", "h", "f"))
    layers = {rid: layer_of(desk, ssrc, rid) for rid, ssrc in (("q", 71), ("h", 72), ("f", 73))}
    slot = layers["f"].slot
    desk.switch(slot, layers["f"].stream)
    stopped_at = desk.now
    for _ in range(30):
        desk.measure(*(report(layers[rid].stream, packets=1, last_arrival=desk.now) for rid in "qh"))
        if desk.did(Connect):
            break
    assert desk.did(Connect) == [Connect(slot, layers["h"].stream, 96, 97)]
    assert 1.0 < desk.now - stopped_at < 1.7
    later = [report(layer.stream, packets=99, last_arrival=desk.now + 0.6) for layer in layers.values()]
    desk.measure(*later, after=0.6)
    assert desk.did(Connect) == [Connect(slot, layers["f"].stream, 96, 97)]


# --- replacing, leaving ---


def test_a_second_join_replaces_the_first_and_subscribers_keep_their_slots():
    desk = Desk()
    desk.enter("cid", browser_offer(9000, ()))
    bob = desk.join("bob", browser_offer(2000, ()))
    desk.connect("bob")
    bobs = slots_by_mid(desk, bob)
    desk.enter("ann", browser_offer(1000, ()))
    before = {connect.slot for connect in desk.did(Connect)} & set(bobs.values())
    old = desk.transports["ann"]
    desk.join("ann", browser_offer(3000, ()), epoch=2)
    assert desk.said(ClosePeer) == [ClosePeer(old)]
    assert desk.transports["ann"] != old
    desk.connect("ann")
    streams = {stream.stream for stream in desk.did(AddStream)}
    after = {connect.slot for connect in desk.did(Connect) if connect.stream in streams}
    assert before == after & set(bobs.values())
    assert desk.shown("ann").epoch == 2


def test_an_older_epoch_is_refused_also_after_leaving():
    desk = Desk()
    desk.enter("ann", epoch=5)
    assert code(desk.ask_to_join("ann", epoch=4)) == "stale_epoch"
    desk.command(command_of(Leave, room="r", peer="ann"))
    assert code(desk.ask_to_join("ann", epoch=4)) == "stale_epoch"
    desk.join("ann", epoch=6)


def test_leaving_closes_the_transport_and_empties_slots():
    desk = Desk()
    desk.enter("ann", browser_offer(1000, ()))
    desk.enter("bob", browser_offer(2000, ()))
    slots = {connect.slot for connect in desk.did(Connect)}
    reply = desk.command(command_of(Leave, room="r", peer="ann"))
    assert isinstance(reply, Done)
    assert desk.said(ClosePeer) == [ClosePeer(desk.transports["ann"])]
    assert [state.peer for state in desk.states["r"].peers] == ["bob"]
    desk.enter("eve", browser_offer(3000, ()))
    assert {connect.slot for connect in desk.did(Connect)} & slots


def test_leaving_twice_is_done():
    desk = pair()
    for _ in range(2):
        assert isinstance(desk.command(command_of(Leave, room="r", peer="ann")), Done)
    assert isinstance(desk.command(command_of(Leave, room="none", peer="ann")), Done)
    assert isinstance(desk.command(command_of(CloseRoom, room="none")), Done)


def test_closing_a_room_closes_everybody():
    desk = pair()
    desk.command(command_of(CloseRoom, room="r"))
    assert len(desk.said(ClosePeer)) == 2
    assert desk.said(RoomClosed) == [RoomClosed("r")]
    assert desk.plane.rooms() == []


def test_an_empty_room_disappears_after_a_minute():
    desk = pair()
    assert desk.plane.next_deadline() is None
    for peer in ("ann", "bob"):
        desk.command(command_of(Leave, room="r", peer=peer))
    assert desk.plane.next_deadline() == desk.now + 60
    desk.tick()
    assert desk.said(RoomClosed) == [RoomClosed("r")]
    assert desk.plane.next_deadline() is None


def test_ice_is_restarted_with_new_credentials():
    desk = pair()
    reply = desk.command(command_of(RestartIce, room="r", peer="ann", ice_ufrag="wxyz", ice_pwd="q" * 24))
    assert isinstance(reply, IceRestarted)
    (renewed,) = desk.said(RenewPeer)
    assert renewed.transport == desk.transports["ann"]
    assert (renewed.local.ufrag, renewed.remote.ufrag) == (reply.ice_ufrag, "wxyz")


def test_ice_of_somebody_unknown_is_not_restarted():
    desk = pair()
    wanted = command_of(RestartIce, room="r", peer="eve", ice_ufrag="wxyz", ice_pwd="q" * 24)
    assert code(desk.command(wanted)) == "unknown_peer"


def test_a_draining_worker_takes_no_new_room():
    desk = pair()
    assert isinstance(desk.command(command_of(Drain)), Done)
    desk.join("eve")
    assert code(desk.ask_to_join("zoe", room="new")) == "draining"


def test_a_full_room_is_refused():
    desk = Desk()
    for number in range(64):
        desk.join(f"p{number}", offer(audio("0", "sendonly")))
    assert code(desk.ask_to_join("late")) == "full"
    desk.join("p1", offer(audio("0", "sendonly")), epoch=2)


def test_a_bad_offer_changes_nothing():
    desk = Desk()
    assert code(desk.ask_to_join("ann", offer())) == "bad_offer"
    assert desk.plane.rooms() == []
    desk.enter("ann")
    assert code(desk.ask_to_join("ann", offer(), epoch=2)) == "bad_offer"
    assert desk.said(ClosePeer) == []


# --- silence ---


def test_a_silent_peer_is_shown_then_stopped_then_closed():
    desk = pair()
    seen = {}
    for step in range(1, 95):
        operations = desk.measure(after=1.0, heard=["bob"])
        if Hold(desk.transports["ann"], held=True) in operations:
            seen["stopped"] = step
        seen.setdefault(desk.shown("ann").connection, step)
        if desk.said(ClosePeer):
            break
    assert seen == {"connected": 1, "silent": 5, "stopped": 10, "closed": 90}
    assert desk.said(ClosePeer) == [ClosePeer(desk.transports["ann"])]
    assert desk.shown("bob").connection == "connected"


def test_a_peer_that_is_heard_again_is_connected_and_sent_media_to():
    desk = pair()
    desk.measure(after=12.0, heard=["bob"])
    assert desk.shown("ann").connection == "silent"
    assert Hold(desk.transports["ann"], held=False) in desk.measure(heard=["ann", "bob"])
    assert desk.shown("ann").connection == "connected"


def test_a_peer_that_never_connects_is_given_up():
    desk = Desk()
    desk.join("ann")
    desk.measure(after=59.0)
    assert desk.shown("ann").connection == "new"
    desk.measure(after=1.0)
    assert desk.said(ClosePeer) == [ClosePeer(desk.transports["ann"])]


def test_a_closed_peer_stays_shown_for_a_minute_and_its_slots_are_kept():
    desk = pair()
    desk.give(PeerClosed(desk.transports["ann"], "left"))
    assert desk.shown("ann").connection == "closed"
    assert desk.said(ClosePeer) == []
    desk.measure(after=59.0, heard=["bob"])
    assert desk.shown("ann").connection == "closed"
    desk.measure(after=1.0, heard=["bob"])
    assert [state.peer for state in desk.states["r"].peers] == ["bob"]


def test_old_transports_are_nobody():
    desk = pair()
    old = desk.transports["ann"]
    desk.join("ann", epoch=2)
    desk.give(PeerClosed(old, "late"))
    desk.give(PeerConnected(old))
    assert desk.shown("ann").connection == "new"


# --- what is shown ---


def test_a_slot_is_shown_from_the_switch_on():
    desk = Desk()
    ann = desk.join("ann", browser_offer(1000, ()))
    desk.connect("ann")
    slot = slots_by_mid(desk, ann)["6"]
    desk.enter("bob", browser_offer(2000, ()))
    stream = next(connect.stream for connect in desk.did(Connect) if connect.slot == slot)
    assert desk.shown("ann").slots == ()
    desk.switch(slot, stream, timestamp=4242)
    (shown,) = desk.shown("ann").slots
    assert (shown.mid, shown.source_peer, shown.source, shown.timestamp) == ("6", "bob", "camera", 4242)
    desk.command(command_of(Leave, room="r", peer="bob"))
    assert desk.shown("ann").slots == ()


def test_a_switch_to_somebody_who_left_is_not_shown():
    desk = pair()
    connect = desk.did(Connect)[0]
    desk.command(command_of(Leave, room="r", peer="ann"))
    desk.command(command_of(Leave, room="r", peer="bob"))
    desk.happen(Switched(connect.slot, connect.stream, 1))
    assert desk.states["r"].peers == ()


def test_sources_are_shown_while_media_arrives():
    desk = pair()
    connect = desk.did(Connect)[0]
    desk.measure(
        report(connect.stream, packets=1, last_arrival=desk.now), slot_report(connect.slot, packets=1)
    )
    sender = next(state for state in desk.states["r"].peers if state.sending)
    assert sender.sending == ("microphone",)
    assert [state.receiving for state in desk.states["r"].peers if state.peer != sender.peer] == [True]
    desk.measure(after=2.1)
    assert desk.shown(sender.peer).sending == ()


def test_nothing_is_announced_when_nothing_changed():
    desk = pair()
    desk.measure()
    version = desk.states["r"].version
    for _ in range(20):
        desk.measure()
    assert desk.states["r"].version == version


def test_who_sends_is_given_the_slot_of_somebody_whose_connection_ended():
    desk = Desk()
    desk.enter("ann", browser_offer(1000, ()))
    desk.enter("bob", offer(audio("0", "recvonly")))
    (connected,) = desk.did(Connect)
    desk.enter("cid", browser_offer(3000, ()))
    voice = next(stream.stream for stream in desk.did(AddStream) if stream.ssrc == 3000)
    assert connected.slot not in {connect.slot for connect in desk.did(Connect)}
    desk.measure(*(report(one, packets=1, last_arrival=desk.now) for one in (connected.stream, voice)))
    desk.give(PeerClosed(desk.transports["ann"], "gone"))
    assert Connect(connected.slot, voice, 111, 0) in desk.did(Connect)


def test_a_slot_whose_next_occupant_has_no_stream_yet_is_emptied():
    desk = Desk()
    desk.enter("ann", browser_offer(1000, ("q",)))
    desk.enter("bob", offer(video("0", "recvonly")))
    added, connected = desk.resolve("ann", 5, 96, mid="1", rid="q")
    assert isinstance(added, AddStream)
    assert isinstance(connected, Connect)
    desk.switch(connected.slot, added.stream)
    assert [slot.source_peer for slot in desk.shown("bob").slots] == ["ann"]
    desk.enter("cid", browser_offer(3000, ("q",)))
    desk.command(command_of(Leave, room="r", peer="ann"))
    assert desk.shown("bob").slots == ()
    _, joined = desk.resolve("cid", 6, 96, mid="1", rid="q")
    assert isinstance(joined, Connect)
    assert joined.slot == connected.slot


# --- anything ---

NAME = st.sampled_from(["ann", "bob", "", "x" * 200])
ROOM = st.sampled_from(["r", "s"])
EPOCH = st.integers(-1, 3)
FIXED = {"id": st.just("i"), "reply_to": st.just("k")}
TEXT = st.text(max_size=30)
COMMAND = st.one_of(
    st.builds(Join, **FIXED, room=ROOM, peer=NAME, epoch=EPOCH, offer=OFFER | st.just(browser_offer())),
    st.builds(RestartIce, **FIXED, room=ROOM, peer=NAME, ice_ufrag=TEXT, ice_pwd=TEXT | st.just("p" * 24)),
    st.builds(Leave, **FIXED, room=ROOM, peer=NAME),
    st.builds(CloseRoom, **FIXED, room=ROOM),
    st.builds(Drain, **FIXED),
)


@settings(max_examples=60)
@given(st.lists(COMMAND | st.integers(0, 8) | st.floats(0, 40), max_size=25))
def test_any_commands_are_answered_once_whatever_connects_and_closes(steps):
    desk = Desk()
    for step in steps:
        if isinstance(step, int):
            number = TransportId(step // 2)
            desk.give(PeerConnected(number) if step % 2 else PeerClosed(number, "x"))
        elif isinstance(step, float):
            desk.measure(after=step)
        else:
            desk.command(step)
    desk.measure(after=200.0, heard=[])
    desk.measure(after=200.0, heard=[])
    desk.measure(after=200.0, heard=[])
    assert desk.plane.rooms() == []
