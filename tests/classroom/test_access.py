import pytest

from classroom.access import Enrolment, Vetting, access_lesson, forbids_asking, forbids_taking
from signaling.api import Refusal
from signaling.wire import Code

NOW = 1_000_000.0
PUPIL = Enrolment(enrolled_until=NOW + 10, consent_at=NOW - 10, consent_until=None)
VOLUNTEER = Vetting(vetted_until=NOW + 10)


def test_an_enrolled_pupil_and_a_vetted_volunteer_may_meet_in_opening_hours():
    access_lesson(PUPIL, VOLUNTEER, is_open=True, now=NOW)


@pytest.mark.parametrize(
    ("pupil", "volunteer", "is_open", "code"),
    [
        (None, VOLUNTEER, True, Code.NOT_ENROLLED),
        (Enrolment(None, NOW - 10, None), VOLUNTEER, True, Code.NOT_ENROLLED),
        (Enrolment(NOW, NOW - 10, None), VOLUNTEER, True, Code.NOT_ENROLLED),
        (Enrolment(NOW + 10, None, None), VOLUNTEER, True, Code.NO_CONSENT),
        (Enrolment(NOW + 10, NOW + 1, None), VOLUNTEER, True, Code.NO_CONSENT),
        (Enrolment(NOW + 10, NOW - 10, NOW), VOLUNTEER, True, Code.NO_CONSENT),
        (PUPIL, None, True, Code.NOT_VETTED),
        (PUPIL, Vetting(None), True, Code.NOT_VETTED),
        (PUPIL, Vetting(NOW), True, Code.NOT_VETTED),
        (PUPIL, VOLUNTEER, False, Code.CLOSED_NOW),
    ],
)
def test_each_thing_that_is_missing_has_its_own_refusal(pupil, volunteer, is_open, code):
    with pytest.raises(Refusal) as refused:
        access_lesson(pupil, volunteer, is_open=is_open, now=NOW)
    assert refused.value.code == code


def test_a_pupil_without_consent_may_not_even_ask():
    assert forbids_asking(Enrolment(NOW + 10, None, None), is_open=True, now=NOW) is Code.NO_CONSENT
    assert forbids_asking(PUPIL, is_open=True, now=NOW) is None


def test_a_vetting_ends_by_itself():
    assert forbids_taking(VOLUNTEER, is_open=True, now=NOW + 9) is None
    assert forbids_taking(VOLUNTEER, is_open=True, now=NOW + 10) is Code.NOT_VETTED
