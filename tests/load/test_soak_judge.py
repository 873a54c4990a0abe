"""The judge of the soak sees loss, doubling and disorder: whatever is done to a right list is found."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load.soak.judge import Reader, Seen, Verdict, Words, judge

LOG = "log"
COUNT = 6


def message(number: int) -> Words:
    """Two authors by turns; each writes 1, 2, 3."""
    return Words(LOG, "ab"[number % 2], f"id{number}", f"text {number}", rank=number // 2 + 1)


SENT = [message(number) for number in range(COUNT)]
STORED = [Seen(1), *(Seen(n + 2, words.client_id, words.text) for n, words in enumerate(SENT))]
ACKNOWLEDGED = {event.client_id: [event.seq] for event in STORED if event.client_id}


def verdict(sent=SENT, acknowledged=ACKNOWLEDGED, stored=STORED, held=None, after=0) -> Verdict:
    held = [event for event in stored if event.seq > after] if held is None else held
    return judge(sent, acknowledged, {LOG: stored}, [Reader("aya", LOG, held, after)])


def counts(found: Verdict) -> tuple[int, int, int]:
    return found.lost, found.doubled, found.out_of_order


def renumbered(events: list[Seen]) -> list[Seen]:
    return [replace(event, seq=seq) for seq, event in enumerate(events, 1)]


def answers(events: list[Seen]) -> dict[str, list[int]]:
    return {event.client_id: [event.seq] for event in events if event.client_id}


def test_what_is_right_is_clean():
    assert verdict().clean
    assert verdict(after=3).clean, "a helper reads what came after she did"


@pytest.mark.parametrize("gone", range(1, COUNT + 1))
def test_a_message_that_is_not_stored_is_lost(gone):
    stored = renumbered(STORED[:gone] + STORED[gone + 1 :])
    found = verdict(stored=stored, acknowledged={**ACKNOWLEDGED, **answers(stored)})
    assert found.lost >= 1
    assert (found.doubled, found.out_of_order) == (0, 0)


def test_a_message_that_is_stored_twice_is_doubled():
    stored = renumbered([*STORED, STORED[2]])
    assert counts(verdict(stored=stored))[1] == 1


def test_a_message_that_nobody_sent_is_doubled():
    stored = [*STORED, Seen(COUNT + 2, "stranger", "hello")]
    assert counts(verdict(stored=stored)) == (0, 1, 0)


def test_an_author_s_later_message_before_an_earlier_one_is_out_of_order():
    stored = renumbered([*STORED[:1], STORED[3], STORED[2], STORED[1], *STORED[4:]])
    assert counts(verdict(stored=stored, acknowledged=answers(stored))) == (0, 0, 1)


def test_messages_sent_side_by_side_may_be_stored_in_either_order():
    sent = [replace(words, rank=1) if words.author == "a" else words for words in SENT]
    stored = renumbered([*STORED[:1], STORED[3], STORED[2], STORED[1], *STORED[4:]])
    assert verdict(sent=sent, stored=stored, acknowledged=answers(stored)).clean


def test_other_words_are_a_loss():
    stored = [replace(event, text="?") if event.seq == 4 else event for event in STORED]
    assert counts(verdict(stored=stored)) == (1, 0, 0)


def test_a_hole_in_the_numbers_is_a_loss():
    stored = [replace(event, seq=event.seq + 1) if event.seq > 4 else event for event in STORED]
    assert counts(verdict(stored=stored, acknowledged=answers(stored))) == (1, 0, 0)


def test_a_number_given_twice_is_doubled():
    stored = [replace(event, seq=min(event.seq, COUNT)) for event in STORED]
    assert verdict(stored=stored, acknowledged=answers(stored)).doubled == 1


def test_an_answer_that_named_another_place_is_a_loss():
    assert counts(verdict(acknowledged={**ACKNOWLEDGED, "id2": [4, 5]})) == (1, 0, 0)


def test_what_was_never_acknowledged_is_a_loss():
    assert counts(verdict(acknowledged={**ACKNOWLEDGED, "id2": []})) == (1, 0, 0)


def test_an_empty_database_is_not_clean():
    assert verdict(stored=[], held=[]).lost >= COUNT


@pytest.mark.parametrize("gone", range(COUNT + 1))
def test_a_reader_without_an_event_has_lost_it(gone):
    assert counts(verdict(held=STORED[:gone] + STORED[gone + 1 :])) == (1, 0, 0)


@pytest.mark.parametrize("twice", range(COUNT + 1))
def test_a_reader_with_an_event_twice_has_it_doubled(twice):
    assert counts(verdict(held=STORED[: twice + 1] + STORED[twice:])) == (0, 1, 0)


@given(st.permutations(STORED))
def test_a_reader_with_another_order_is_out_of_order(held):
    assert counts(verdict(held=held)) == (0, 0, int(held != STORED))


@given(st.lists(st.sampled_from(STORED), max_size=10))
def test_a_reader_is_clean_only_with_the_very_list(held):
    assert verdict(held=held).clean == (held == STORED)
