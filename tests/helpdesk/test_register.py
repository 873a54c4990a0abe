"""What the operator decides, from a file."""

from datetime import datetime

import pytest

from helpdesk import register, tables
from helpdesk.demo import seed
from helpdesk.line.picture import read_picture
from helpdesk.line.topics import ZONE
from helpdesk.register import load, read_register
from signaling.api import BadSetting

FILE = """
closed = [2026-12-25]

[[topics]]
id = "logement"
names = { fr = "Aides au logement", en = "Housing benefits" }
hours = ["mon-fri 9:00-12:30", "mon-fri 13:30-17:00", "sat 9:00-12:00"]

[[topics]]
id = "ecole"
names = { fr = "Inscriptions scolaires" }
hours = ["wed 14:00-24:00"]

[[agents]]
name = "Claire Dubois"
topics = ["logement", "ecole"]

[[agents]]
name = "Karim Haddad"
topics = ["ecole"]
capacity = 2

[[supervisors]]
name = "Sylvie Laurent"
"""


def paris(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()


async def picture(desk, now=None):
    async with desk.context.database.read() as tx:
        return await read_picture(tx, desk.context, desk.now if now is None else now)


async def test_a_file_makes_topics_hours_closures_agents_and_supervisors(desk):
    new = await load(desk.context, FILE)
    assert [(person.name, person.role) for person in new] == [
        ("Claire Dubois", "agent"),
        ("Karim Haddad", "agent"),
        ("Sylvie Laurent", "supervisor"),
    ]
    login, _ = await desk.context.identity.sign_in(new[0].token, now=desk.now)
    now = await picture(desk)
    claire = now.agents[login.person.id]
    assert (claire.topics, claire.capacity) == (frozenset({"logement", "ecole"}), 4)
    for moment, is_open in (
        ("2026-12-24T12:00", True),
        ("2026-12-24T13:00", False),
        ("2026-12-25T10:00", False),  # a holiday
        ("2026-12-26T10:00", True),
    ):
        assert (await picture(desk, paris(moment))).is_open("logement") is is_open
    closed = (await picture(desk, paris("2026-12-25T10:00"))).openings["logement"]
    assert closed.next == paris("2026-12-26T09:00")


async def test_loading_again_changes_what_differs_and_nobody_gets_a_second_link(desk):
    await load(desk.context, FILE)
    before = await picture(desk)
    shorter = FILE.replace('topics = ["ecole"]\ncapacity = 2', 'topics = ["logement"]\ncapacity = 6')
    assert await load(desk.context, shorter) == []
    after = await picture(desk)
    assert set(after.agents) == set(before.agents)
    assert sorted((agent.capacity, sorted(agent.topics)) for agent in after.agents.values()) == [
        (4, ["ecole", "logement"]),
        (6, ["logement"]),
    ]


async def test_who_or_what_is_not_named_any_more_is_rung_no_more_and_closed(desk, claire):
    await load(desk.context, FILE)
    now = await picture(desk)
    assert claire.person.id in now.agents, "the same name is the same person"
    assert not now.is_open("housing")
    without = FILE.replace('[[agents]]\nname = "Claire Dubois"\ntopics = ["logement", "ecole"]\n', "")
    await load(desk.context, without)
    assert claire.person.id not in (await picture(desk)).agents


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('"sat 9:00-12:00"', '"sat 9-12"', "mon-fri 9:00-12:30"),
        ('"sat 9:00-12:00"', '"fri-mon 9:00-12:00"', "mon-fri 9:00-12:30"),
        ('"sat 9:00-12:00"', '"sat 12:00-9:00"', "end after they begin"),
        ('"sat 9:00-12:00"', '"fri 12:00-14:00"', "overlap on fri"),
        ('fr = "Inscriptions scolaires"', 'en = "School"', "French name"),
        ('topics = ["ecole"]', 'topics = ["rien"]', "rien"),
        ("capacity = 2", "capacity = 0", "agents"),
        ("capacity = 2", "couleur = 2", "couleur"),
        ("[[supervisors]]", "[supervisors", "cannot be read"),
    ],
)
async def test_what_is_wrong_is_said_in_a_sentence_and_nothing_changes(desk, before, after, said):
    with pytest.raises(BadSetting, match=said):
        await load(desk.context, FILE.replace(before, after))
    assert set((await picture(desk)).topics) == {"housing", "school"}


def test_the_example_in_the_module_is_a_good_file():
    example = register.__doc__.split("::\n", 1)[1]
    assert read_register(example).agents[0].name == "Claire Dubois"


async def test_the_demonstration_is_made_once_and_its_links_stay(desk):
    first, second = await seed(desk.context), await seed(desk.context)
    assert first == second
    assert [(person.role, bool(person.token)) for person in first] == [
        ("page", False),
        ("supervisor", True),
        ("agent", True),
        ("agent", True),
        ("citizen", True),
    ]
    async with desk.context.database.read() as tx:
        (paul,) = await tx.execute(tables.citizen.select())
    paul_link, claire_link = first[4], first[2]
    login, _ = await desk.context.identity.sign_in(claire_link.token, now=desk.now)
    assert (paul_link.name, paul.referent) == ("Paul Martin", login.person.id)
