from helpdesk.desk import wire
from helpdesk.desk.macros import MOST
from signaling.wire import Code

HOUSING = "housing"


def macro(title="Bonjour", text="Bonjour, je vous écoute.", **more):
    return wire.SaveMacro(title=title, text=text, **more)


async def test_a_prepared_answer_is_shared_changed_and_removed(desk, claire, karim):
    saved = (await desk.says(claire, macro(topic=HOUSING))).macro
    (row,) = (await desk.sees(karim, "macros")).macros.values()
    assert (row.title, row.topic) == ("Bonjour", HOUSING)
    await desk.says(karim, macro(macro=saved, text="Bonsoir."))
    (row,) = (await desk.sees(claire, "macros")).macros.values()
    assert (row.text, row.topic) == ("Bonsoir.", "")
    for _ in range(2):
        await desk.says(claire, wire.DeleteMacro(macro=saved))
    assert (await desk.sees(claire, "macros")).macros == {}


async def test_adding_the_same_twice_is_one(desk, claire):
    assert await desk.says(claire, macro()) == await desk.says(claire, macro())


async def test_what_does_not_exist_is_not_changed(desk, claire):
    assert await desk.refused(claire, macro(macro="nothing")) is Code.NOT_FOUND
    assert await desk.refused(claire, macro(topic="nothing")) is Code.NOT_FOUND


async def test_there_is_an_end_to_their_number(desk, claire):
    for number in range(MOST):
        await desk.says(claire, macro(title=f"Titre {number}"))
    assert await desk.refused(claire, macro()) is Code.TOO_MANY


async def test_they_are_the_desks(desk, paul):
    assert await desk.refused(paul, macro()) is Code.FORBIDDEN
    assert await desk.is_shut(paul, "macros") is Code.FORBIDDEN
