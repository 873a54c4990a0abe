"""The doors of the classroom: who may ask, take a question, see a lesson. Pure, one function per object.

From the first day: enrolled, consent on file, volunteer vetted until a date in the future, opening hours. Every
refusal has a code of its own, for which the page has kind words.
"""

from dataclasses import dataclass

from signaling.api import Refusal
from signaling.wire import Code


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the class knows of a pupil's right to be here. Unix seconds, None where there is none."""

    enrolled_until: float | None
    consent_at: float | None
    consent_until: float | None


@dataclass(frozen=True, slots=True)
class Vetting:
    """Until when the volunteer may be alone with a child."""

    vetted_until: float | None


def forbids_asking(pupil: Enrolment | None, *, is_open: bool, now: float) -> Code | None:
    """Name what keeps this pupil from asking, or None."""
    if pupil is None or pupil.enrolled_until is None or pupil.enrolled_until <= now:
        return Code.NOT_ENROLLED
    if pupil.consent_at is None or pupil.consent_at > now:
        return Code.NO_CONSENT
    if pupil.consent_until is not None and pupil.consent_until <= now:
        return Code.NO_CONSENT
    return None if is_open else Code.CLOSED_NOW


def forbids_taking(volunteer: Vetting | None, *, is_open: bool, now: float) -> Code | None:
    """Name what keeps this volunteer from taking a question, or None."""
    if volunteer is None or volunteer.vetted_until is None or volunteer.vetted_until <= now:
        return Code.NOT_VETTED
    return None if is_open else Code.CLOSED_NOW


def access_lesson(pupil: Enrolment | None, volunteer: Vetting | None, *, is_open: bool, now: float) -> None:
    """The door of a lesson: both may be in it together, now.

    Raises:
        Refusal: With the code of the first thing that is missing; the volunteer's own comes first, because it is
            she who reads it.
    """
    refused = forbids_taking(volunteer, is_open=is_open, now=now) or forbids_asking(
        pupil, is_open=is_open, now=now
    )
    if refused is not None:
        raise Refusal(refused)
