"""Whatever is killed, whenever: everybody ends with the same list, each message once, in the order of its author.

The short form of ``make soak``: the same processes, the same faults, each at each step of a message.
"""

import json

import pytest

from load.soak.__main__ import counts
from load.soak.desk import APPS, DeskScene
from load.soak.faults import STEPS
from load.soak.run import Extent, soak
from load.soak.stage import Setting

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]

SHORT = Extent(conversations=4, messages=300, faults=20)
QUIET = Extent(conversations=2, messages=100, faults=0, per_second=20)
SEED = 20261122
VICTIMS = {"page", "web", "worker", "redis", "line up", "line down"}


async def prove(folder, *, tools):
    outcome = await soak(folder, Setting(APPS, tools), DeskScene(), SHORT, SEED)
    print(json.dumps(counts(outcome)))
    assert outcome.verdict.clean, (outcome.verdict.findings, outcome.notes)
    assert outcome.sent >= 300
    assert outcome.faults >= 20
    victims = VICTIMS | ({"database"} if tools else set())
    assert {(fault.step, fault.victim) for fault in outcome.provoked} == {
        (step, victim) for step in STEPS for victim in victims
    }
    assert outcome.notes["processes that ended by themselves"] == 0
    assert "refused: internal" not in outcome.notes


async def test_over_sqlite_and_valkey(tmp_path):
    await prove(tmp_path, tools=False)


@pytest.mark.postgres
@pytest.mark.redis
async def test_over_postgresql_and_redis_server(tmp_path):
    await prove(tmp_path, tools=True)


async def test_a_server_that_forgets_what_it_acknowledged_is_found(tmp_path):
    forgetful = ("tests.faults.forgetful", "signaling")
    setting = Setting(APPS, tools=False, web_program=forgetful)
    outcome = await soak(tmp_path, setting, DeskScene(), QUIET, SEED)
    assert outcome.verdict.lost >= 5
