"""Versions and merge patches of views."""

import string

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from load.feeds import apply_patch
from signaling.feeds.patch import merge_patch, plain, version_of
from signaling.wire import Struct

names = st.text(string.ascii_lowercase, max_size=3)
leaves = st.booleans() | st.integers(2, 9) | st.text(max_size=5)  # no 0 and 1: equal to false and true here
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(names, values, max_size=5)


class Row(Struct, frozen=True, kw_only=True):
    name: str
    until: float | None = None


class Table(Struct, frozen=True, kw_only=True):
    rows: dict[str, Row]
    order: tuple[str, ...] = ()
    best: Row | None = None


@settings(suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@given(objects, objects)
def test_a_patch_makes_the_new_data_of_the_old(old, new):
    assert apply_patch(old, merge_patch(old, new)) == new


@given(objects)
def test_nothing_changed_is_an_empty_patch(data):
    assert merge_patch(data, data) == {}


@given(objects)
def test_the_version_does_not_depend_on_the_order_of_names(data):
    assert version_of(dict(reversed(data.items()))) == version_of(data)
    assert len(version_of(data)) == 16


def test_rfc_7396_appendix_a():
    assert apply_patch({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}) == {"a": {"b": "d"}}
    assert apply_patch({"a": [{"b": "c"}]}, {"a": [1]}) == {"a": [1]}
    assert apply_patch(["a", "b"], ["c", "d"]) == ["c", "d"]
    assert apply_patch({"e": "x"}, {"a": 1}) == {"e": "x", "a": 1}
    assert apply_patch([1, 2], {"a": "b", "c": None}) == {"a": "b"}
    assert apply_patch({}, {"a": {"bb": {"ccc": None}}}) == {"a": {"bb": {}}}


def test_a_row_that_goes_is_removed_by_name():
    old = plain(Table(rows={"a": Row(name="Aya"), "b": Row(name="Bao")}))
    new = plain(Table(rows={"b": Row(name="Bao", until=3.5)}))
    assert merge_patch(old, new) == {"rows": {"a": None, "b": {"until": 3.5}}}


def test_what_is_none_is_absent_and_defaults_are_there():
    assert plain(Table(rows={"a": Row(name="Aya")})) == {"rows": {"a": {"name": "Aya"}}, "order": []}
