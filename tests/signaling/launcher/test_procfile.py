"""The Procfile is read, and the supervisor is told what it says."""

import configparser
from pathlib import Path

import pytest

from signaling.launcher.procfile import Program, apps, read, supervisor_configuration
from tests.support.tree import ROOT


def test_our_own_procfile_has_the_three_processes_and_names_the_apps():
    commands = read((ROOT / "Procfile").read_text())
    assert set(commands) == {"web", "worker", "sfu"}
    assert "classroom.app:app" in apps(commands)


def test_comments_and_empty_lines_are_passed_over():
    assert read("# what runs\n\nweb: python -m x --url http://h:1/\n") == {
        "web": "python -m x --url http://h:1/"
    }


def test_a_line_that_is_no_command_is_named():
    with pytest.raises(ValueError, match="just words"):
        read("web: python\njust words")


@pytest.fixture
def configuration() -> configparser.RawConfigParser:
    programs = [
        Program("web", "python -m signaling a.app:app", 2),
        Program("sfu", "python -m sfu --share 50%", 3, "SFU_INDEX"),
        Program("redis", "valkey-server"),
        Program("worker", "python -m signaling.worker"),
    ]
    text = supervisor_configuration(
        programs, socket=Path("/r/s.sock"), folder=Path("/a b/100%/.run"), user="7"
    )
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    return parser


def test_the_store_is_started_first_and_stopped_last(configuration: configparser.RawConfigParser):
    by_priority = sorted(
        (configuration.getint(section, "priority"), section)
        for section in configuration.sections()
        if section.startswith("program:")
    )
    assert [section for _, section in by_priority] == [
        "program:redis",
        "program:sfu",
        "program:worker",
        "program:web",
    ]


def test_several_processes_of_one_line_are_told_their_number(configuration: configparser.RawConfigParser):
    assert configuration.getint("program:sfu", "numprocs") == 3
    assert configuration["program:sfu"]["environment"] == 'SFU_INDEX="%(process_num)d"'
    assert "environment" not in configuration["program:web"]


def test_percent_signs_are_not_taken_for_supervisors_own(configuration: configparser.RawConfigParser):
    assert configuration["program:sfu"]["command"].endswith("50%%")
    assert configuration["supervisord"]["pidfile"] == "/a b/100%%/.run/supervisord.pid"
