import asyncio

import pytest
import sqlalchemy as sa

from signaling.database import Database
from signaling.errors import Refusal
from signaling.identity import tables
from signaling.identity.service import LOGIN_S, LOGINS_PER_PERSON, Identity, Login, Person
from signaling.wire import Code
from tests.support.databases import Bell

NOW = 1_800_000_000.0
DAY = 86400.0


@pytest.fixture
def identity(database: Database) -> Identity:
    return Identity(database, b"k" * 32)


@pytest.fixture
async def ines(database: Database, identity: Identity) -> Person:
    async with database.write() as tx:
        return await identity.create_person(tx, app="classroom", role="pupil", name="Inès")


@pytest.fixture
async def link(database: Database, identity: Identity, ines: Person) -> str:
    async with database.write() as tx:
        return await identity.make_link(tx, ines.id, expires_at=NOW + DAY)


async def refused(identity: Identity, token: str, now: float = NOW) -> tuple[Code, str]:
    with pytest.raises(Refusal) as caught:
        await identity.sign_in(token, now=now)
    return caught.value.code, caught.value.text


async def is_signed_in(identity: Identity, login: Login, secret: str, now: float = NOW) -> bool:
    try:
        return await identity.login(login.id, secret, now=now) == login
    except Refusal as refusal:
        return refusal.code is not Code.NOT_SIGNED_IN


async def test_a_personal_link_signs_in_any_number_of_times(
    identity: Identity, ines: Person, link: str
) -> None:
    first, first_secret = await identity.sign_in(link, now=NOW)
    second, second_secret = await identity.sign_in(link, now=NOW + 1)
    assert first.person == second.person == ines
    assert first.id != second.id
    assert await is_signed_in(identity, first, first_secret)
    assert await is_signed_in(identity, second, second_secret)
    assert not await is_signed_in(identity, first, second_secret)


async def test_a_guest_gets_a_login_without_a_link(database: Database, identity: Identity) -> None:
    async with database.write() as tx:
        guest = await identity.create_person(tx, app="helpdesk", role="citizen", name="", language="ar")
        opened, secret = await identity.open_login(tx, guest.id, NOW)
    assert opened.person == guest
    assert await is_signed_in(identity, opened, secret)
    assert not await is_signed_in(identity, opened, secret, NOW + LOGIN_S)
    with pytest.raises(Refusal) as refusal:
        async with database.write() as tx:
            await identity.open_login(tx, "nobody", NOW)
    assert refusal.value.code is Code.NOT_FOUND


async def test_a_person_takes_another_name_and_language(
    database: Database, identity: Identity, ines: Person, bell: Bell
) -> None:
    async with database.write() as tx:
        await identity.rename(tx, ines.id, "Inès B.")
        await identity.set_language(tx, ines.id, "en")
        known = await identity.person(tx, ines.id)
    assert known is not None
    assert (known.name, known.language) == ("Inès B.", "en")
    assert bell.topics[-1] == {f"person:{ines.id}"}


async def test_several_persons_are_signed_in_side_by_side(
    database: Database, identity: Identity, link: str
) -> None:
    async with database.write() as tx:
        leo = await identity.create_person(tx, app="classroom", role="pupil", name="Léo")
        other = await identity.make_link(tx, leo.id, expires_at=NOW + DAY)
    one, one_secret = await identity.sign_in(link, now=NOW)
    two, two_secret = await identity.sign_in(other, now=NOW)
    await identity.sign_out(one.id)
    assert not await is_signed_in(identity, one, one_secret)
    assert await is_signed_in(identity, two, two_secret)


async def test_unknown_expired_used_and_revoked_are_answered_alike(
    database: Database, identity: Identity, ines: Person, link: str
) -> None:
    async with database.write() as tx:
        code = await identity.make_link(tx, ines.id, expires_at=NOW + 600, kind="code")
    await identity.sign_in(code, now=NOW)
    used = await refused(identity, code)
    expired = await refused(identity, link, NOW + DAY)
    async with database.write() as tx:
        await identity.revoke_person_links(tx, ines.id)
    assert {used, expired, await refused(identity, link), await refused(identity, "never made")} == {
        (Code.BAD_LINK, "no such link or code")
    }


async def test_a_code_signs_in_once_even_when_two_are_fast(
    database: Database, identity: Identity, ines: Person
) -> None:
    async with database.write() as tx:
        code = await identity.make_link(tx, ines.id, expires_at=NOW + 600, kind="code")
    outcomes = await asyncio.gather(
        *(identity.sign_in(code.lower(), now=NOW) for _ in range(4)), return_exceptions=True
    )
    assert sum(not isinstance(outcome, Refusal) for outcome in outcomes) == 1


async def test_a_login_ends_with_its_link_but_outlives_a_code(
    database: Database, identity: Identity, ines: Person, link: str
) -> None:
    login, secret = await identity.sign_in(link, now=NOW)
    assert await is_signed_in(identity, login, secret, NOW + DAY - 1)
    assert not await is_signed_in(identity, login, secret, NOW + DAY)
    async with database.write() as tx:
        code = await identity.make_link(tx, ines.id, expires_at=NOW + 600, kind="code")
    login, secret = await identity.sign_in(code, now=NOW)
    assert await is_signed_in(identity, login, secret, NOW + LOGIN_S - 1)
    assert not await is_signed_in(identity, login, secret, NOW + LOGIN_S)


async def test_revoking_ends_all_logins_at_once_and_tells_open_pages(
    database: Database, identity: Identity, ines: Person, link: str, bell: Bell
) -> None:
    login, secret = await identity.sign_in(link, now=NOW)
    async with database.write() as tx:
        await identity.revoke_person_links(tx, ines.id)
    assert not await is_signed_in(identity, login, secret)
    assert bell.topics[-1] == {f"person:{ines.id}"}


async def test_signing_out_tells_open_pages_and_twice_is_the_same(
    identity: Identity, ines: Person, link: str, bell: Bell
) -> None:
    login, _ = await identity.sign_in(link, now=NOW)
    await identity.sign_out(login.id)
    await identity.sign_out(login.id)
    assert bell.topics == [{f"person:{ines.id}"}]


async def test_no_secret_is_stored_as_it_is(
    database: Database, identity: Identity, ines: Person, link: str
) -> None:
    async with database.write() as tx:
        code = await identity.make_link(tx, ines.id, expires_at=NOW + 600, kind="code")
    _, cookie = await identity.sign_in(link, now=NOW)
    async with database.read() as tx:
        rows = [
            repr(row)
            for table in (tables.person, tables.personal_link, tables.login)
            for row in await tx.execute(sa.select(table))
        ]
    assert len(rows) == 4
    for secret in (link, code, cookie):
        assert not any(secret in row for row in rows)


@pytest.mark.parametrize("handle", ["", "x", "a" * 12, "a" * 11 + "\0", "é" * 12, "' OR 1=1 --"])
async def test_an_unknown_login_is_refused(identity: Identity, link: str, handle: str) -> None:
    _, secret = await identity.sign_in(link, now=NOW)
    with pytest.raises(Refusal) as caught:
        await identity.login(handle, secret, now=NOW)
    assert caught.value.code is Code.NOT_SIGNED_IN


async def test_a_person_has_a_bounded_number_of_logins(identity: Identity, link: str) -> None:
    logins = [await identity.sign_in(link, now=NOW + number) for number in range(LOGINS_PER_PERSON + 2)]
    alive = [await is_signed_in(identity, login, secret) for login, secret in logins]
    assert alive == [False, False] + [True] * LOGINS_PER_PERSON


async def test_a_given_token_is_idempotent_and_nobody_elses(
    database: Database, identity: Identity, ines: Person
) -> None:
    token = "t" * 32
    async with database.write() as tx:
        await identity.make_link(tx, ines.id, expires_at=NOW, token=token)
        assert await identity.make_link(tx, ines.id, expires_at=NOW + DAY, token=token) == token
        leo = await identity.create_person(tx, app="classroom", role="pupil", name="Léo")
        with pytest.raises(ValueError, match="another person"):
            await identity.make_link(tx, leo.id, expires_at=NOW + DAY, token=token)
    login, _ = await identity.sign_in(token, now=NOW)
    assert login.person == ines


async def test_people_are_found_by_id_and_by_name(
    database: Database, identity: Identity, ines: Person
) -> None:
    async with database.read() as tx:
        assert await identity.person(tx, ines.id) == ines
        assert await identity.person(tx, "nobody") is None
        assert await identity.people(tx, [ines.id, "nobody"]) == {ines.id: ines}
        assert await identity.people(tx, []) == {}
        assert await identity.find_person(tx, app="classroom", role="pupil", name="Inès") == ines
        assert await identity.find_person(tx, app="helpdesk", role="pupil", name="Inès") is None
        assert await identity.everybody(tx, "classroom") == [ines]
        assert await identity.everybody(tx, "helpdesk") == []


async def test_last_seen_only_goes_up(database: Database, identity: Identity, ines: Person) -> None:
    async with database.read() as tx:
        assert await identity.last_seen(tx, ines.app) == {}
    await identity.note_seen(ines.id, NOW)
    await identity.note_seen(ines.id, NOW - 5)
    async with database.read() as tx:
        assert await identity.last_seen(tx, ines.app) == {ines.id: NOW}


async def test_purge_deletes_what_expired_and_nothing_else(
    database: Database, identity: Identity, ines: Person, link: str
) -> None:
    async with database.write() as tx:
        await identity.make_link(tx, ines.id, expires_at=NOW + 2 * DAY, token="t" * 32)
    await identity.sign_in(link, now=NOW)
    kept, secret = await identity.sign_in("t" * 32, now=NOW)
    assert await identity.purge(NOW) == 0
    assert await identity.purge(NOW + DAY) == 2
    assert await is_signed_in(identity, kept, secret)


async def test_an_erased_person_is_gone_with_her_links_and_logins(
    database: Database, identity: Identity, ines: Person, link: str
) -> None:
    login, secret = await identity.sign_in(link, now=NOW)
    async with database.write() as tx:
        await identity.erase_person(tx, ines.id)
    assert not await is_signed_in(identity, login, secret)
    assert (await refused(identity, link))[0] is Code.BAD_LINK
    async with database.read() as tx:
        assert await identity.person(tx, ines.id) is None


async def test_one_login_is_kept_and_every_other_way_in_ends(
    database: Database, identity: Identity, ines: Person, link: str, bell: Bell
) -> None:
    async with database.write() as tx:
        code = await identity.make_link(tx, ines.id, expires_at=NOW + DAY, kind="code")
        leo = await identity.create_person(tx, app="classroom", role="pupil", name="Léo")
        of_another = await identity.make_link(tx, leo.id, expires_at=NOW + DAY)
    other, other_secret = await identity.sign_in(link, now=NOW)
    kept, kept_secret = await identity.sign_in(link, now=NOW)
    async with database.write() as tx:
        await identity.keep_only(tx, kept)
    assert bell.topics[-1] == {f"person:{ines.id}"}, "her open pages are looked at again"
    assert await is_signed_in(identity, kept, kept_secret)
    assert not await is_signed_in(identity, other, other_secret)
    assert {await refused(identity, link), await refused(identity, code)} == {
        (Code.BAD_LINK, "no such link or code")
    }
    await identity.sign_in(of_another, now=NOW)
