"""What the operator decides, and the sentence for what cannot be."""

import pytest

from helpdesk.settings import HelpdeskSettings
from signaling.api import BadSetting

DAY_S = 86400.0


def test_without_a_word_a_closed_talk_is_kept_for_180_days():
    settings = HelpdeskSettings.from_environment({})
    assert (settings.service, settings.keep_s) == ("Métropole de Valmont", 180 * DAY_S)


def test_the_operator_names_the_service_and_how_long_talks_are_kept():
    given = {"HELPDESK_SERVICE": " Ville de Test ", "HELPDESK_KEEP_DAYS": "30"}
    assert HelpdeskSettings.from_environment(given) == HelpdeskSettings("Ville de Test", 30 * DAY_S)


@pytest.mark.parametrize(
    "given",
    [
        {"HELPDESK_KEEP_DAYS": "0"},
        {"HELPDESK_KEEP_DAYS": "always"},
        {"HELPDESK_KEEP_DAYS": "-5"},
        {"HELPDESK_KEEP_DAYS": "99999"},
        {"HELPDESK_SERVICE": "x" * 81},
        {"HELPDESK_SERVICE": "two\nlines"},
    ],
)
def test_what_cannot_be_is_refused_with_the_name_of_the_setting(given):
    with pytest.raises(BadSetting, match=next(iter(given))):
        HelpdeskSettings.from_environment(given)
