"""Views: one snapshot for all connections of a login, patches at each change, nothing lost while reading."""

import pytest

from load.feeds import apply_patch
from signaling.errors import Refusal
from signaling.feeds import redrawing
from signaling.feeds import views as views_module
from signaling.feeds.bus import Notice
from signaling.feeds.patch import version_of
from signaling.feeds.views import OPEN_MOST, OpenViews
from signaling.wire import Code, ViewEnded, ViewPatch, ViewSnapshot
from tests.support.feeds import BoardView, Kept, running, until

NAME = "board:blue"
TOUCHED = Notice(("board:blue",))


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def passes(self) -> None:
        self.now += 3600.0


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def board():
    return BoardView()


@pytest.fixture
def views(board, clock):
    return OpenViews({"test": {"board": board}}, clock)


async def test_a_snapshot_and_then_patches(views, board):
    sink = Kept()
    async with running(views.run()):
        board.words["a"] = "one"
        await views.open(sink, NAME, None)
        board.words |= {"b": "two"}
        del board.words["a"]
        views.notice(TOUCHED)
        await until(lambda: len(sink.messages) == 2)
    snapshot, patch = sink.messages
    assert isinstance(snapshot, ViewSnapshot)
    assert isinstance(patch, ViewPatch)
    assert snapshot.data == {"words": {"a": "one"}, "reader": "handle-aya"}
    assert patch.patch == {"words": {"a": None, "b": "two"}}
    assert patch.base == snapshot.version
    assert patch.version == version_of(apply_patch(snapshot.data, patch.patch))
    assert views.versions(sink) == {NAME: patch.version}


async def test_the_version_that_the_client_holds_is_not_sent_again(views):
    first, second = Kept(), Kept()
    await views.open(first, NAME, None)
    await views.open(second, NAME, first.messages[0].version)
    assert second.messages == []


async def test_the_connections_of_a_login_share_one_snapshot_and_other_logins_do_not(views, board):
    aya, aya_too, bao = Kept(), Kept(takes_patches=False), Kept("handle-bao")
    async with running(views.run()):
        for sink in (aya, aya_too, bao):
            await views.open(sink, NAME, None)
        assert board.snapshots == 2
        assert bao.messages[0].data["reader"] == "handle-bao"
        board.words["a"] = "one"
        views.notice(TOUCHED)
        await until(lambda: all(len(sink.messages) == 2 for sink in (aya, aya_too, bao)))
        assert board.snapshots == 4
    assert aya.kinds() == ["view.snapshot", "view.patch"]
    assert aya_too.kinds() == ["view.snapshot", "view.snapshot"], "a long poll takes no patches"


async def test_many_touches_make_one_snapshot_and_equal_data_are_not_sent(views, board):
    sink = Kept()
    async with running(views.run()):
        await views.open(sink, NAME, None)
        for _ in range(50):
            views.notice(TOUCHED)
        await until(lambda: board.snapshots == 2)
        board.words["a"] = "one"
        views.notice(TOUCHED)
        await until(lambda: len(sink.messages) == 2)
        assert board.snapshots == 3


async def test_a_touch_while_the_snapshot_is_read_is_not_lost(views, board):
    sink = Kept()

    async def changes_now():
        board.at_snapshot = None
        board.words["a"] = "too late for this snapshot"
        views.notice(TOUCHED)

    board.at_snapshot = changes_now
    async with running(views.run()):
        await views.open(sink, NAME, None)
        assert sink.messages[0].data["words"] == {}
        await until(lambda: len(sink.messages) == 2)
    assert sink.messages[1].patch == {"words": {"a": "too late for this snapshot"}}


async def test_without_any_notice_it_is_made_again_when_it_is_old(views, board, clock, monkeypatch):
    monkeypatch.setattr(views_module, "TICK_S", 0.01)
    sink = Kept()
    async with running(views.run()):
        await views.open(sink, NAME, None)
        board.words["a"] = "nobody told"
        clock.now += 31.0
        await until(lambda: len(sink.messages) == 2)


async def test_after_a_gap_everything_is_made_again(views, board):
    sink = Kept()
    async with running(views.run()):
        await views.open(sink, NAME, None)
        board.words["a"] = "while deaf"
        await views.refresh_all()
        await until(lambda: len(sink.messages) == 2)


async def test_a_view_that_is_no_longer_open_ends(views, board):
    sink = Kept()
    async with running(views.run()):
        await views.open(sink, NAME, None)
        board.refuses = Code.FORBIDDEN
        views.notice(TOUCHED)
        await until(lambda: len(sink.messages) == 2)
    assert sink.messages[1] == ViewEnded(view=NAME, code=Code.FORBIDDEN)
    assert views.versions(sink) == {}


async def test_while_the_database_is_away_the_view_stays_and_comes_back(views, board, clock, monkeypatch):
    monkeypatch.setattr(views_module, "TICK_S", 0.01)
    sink = Kept()
    async with running(views.run()):
        await views.open(sink, NAME, None)
        board.refuses = Code.UNAVAILABLE
        board.words["a"] = "one"
        views.notice(TOUCHED)
        await until(lambda: board.refused == 1)
        board.refuses = None
        clock.now += 2.0
        await until(lambda: len(sink.messages) == 2)
    assert sink.kinds() == ["view.snapshot", "view.patch"]


async def test_a_fault_in_a_view_is_logged_and_others_go_on(views, board, caplog):
    sink = Kept()

    async def fails():
        board.at_snapshot = None
        raise ZeroDivisionError

    async with running(views.run()):
        await views.open(sink, NAME, None)
        board.at_snapshot = fails
        views.notice(TOUCHED)
        await until(lambda: "view board" in caplog.text)
        board.words["a"] = "one"
        views.notice(TOUCHED)
        await until(lambda: len(sink.messages) == 2)


@pytest.mark.parametrize(("name", "code"), [("board:secret", Code.FORBIDDEN), ("roof:1", Code.NOT_FOUND)])
async def test_what_may_not_be_seen_is_refused(views, name, code):
    sink = Kept()
    with pytest.raises(Refusal) as refused:
        await views.open(sink, name, None)
    assert refused.value.code is code
    assert views.versions(sink) == {}
    assert not views._open


async def test_the_number_of_open_views_is_bounded(views):
    sink = Kept()
    for number in range(OPEN_MOST):
        await views.open(sink, f"board:{number}", None)
    await views.open(sink, "board:0", None)
    with pytest.raises(Refusal) as refused:
        await views.open(sink, "board:more", None)
    assert refused.value.code is Code.TOO_MANY


async def test_nothing_is_kept_of_what_is_closed(views):
    sink = Kept()
    await views.open(sink, NAME, None)
    await views.open(sink, "board:red", None)
    views.close(sink, NAME)
    views.close(sink, NAME)
    views.close_all(sink)
    assert not views._open
    assert not views._by_topic
    assert not views._by_sink


async def test_whom_it_is_about_does_not_wait_for_the_rounds_of_the_others(board, clock, monkeypatch):
    """The pause after a round is endless here: only the lane of those concerned goes on."""
    monkeypatch.setattr(redrawing, "PAUSE_MOST_S", 3600.0)
    views = OpenViews({"test": {"board": board}}, clock)
    mine, other = Kept("aya"), Kept("bao")
    async with running(views.run()):
        await views.open(mine, NAME, None)
        await views.open(other, NAME, None)
        board.words["a"] = "one"
        board.at_snapshot = clock.passes
        views.notice(TOUCHED)
        await until(lambda: len(mine.messages) == len(other.messages) == 2)
        board.words["a"] = "two"
        views.notice(Notice(("board:blue", f"person:{mine.login.person.id}")))
        await until(lambda: len(mine.messages) == 3)
        assert len(other.messages) == 2
