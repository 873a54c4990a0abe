"""The demonstration desk: a fictitious administration, two agents, a supervisor, a citizen who knows one of them.

Its links are ordinary rows, with secrets derived from the demonstration's own key, so that the links on the screen
stay the same from one start to the next.
"""

import hashlib
import hmac

from helpdesk import tables
from helpdesk.access import AGENT, CITIZEN, SUPERVISOR
from helpdesk.line.picture import APP
from helpdesk.settings import HelpdeskSettings
from signaling.api import Context, DemoPerson, Person, Transaction, demo_size

YEAR_S = 365 * 86400.0
PAGE = "/demo"

TOPICS = (
    ("logement", "Aides au logement", "Housing benefits", "مساعدات السكن"),
    ("ecole", "Inscriptions scolaires", "School enrolment", "التسجيل المدرسي"),
    ("papiers", "Papiers et état civil", "Papers and civil status", "الأوراق والحالة المدنية"),
    ("connexion", "Aide à la connexion", "Help with signing in", "المساعدة في تسجيل الدخول"),
)
AGENTS = (
    ("Claire Dubois", ("logement", "papiers", "connexion")),
    ("Karim Haddad", ("logement", "ecole", "connexion")),
)
AGENTS_MOST = 200
SUPERVISING = "Sylvie Laurent"
KNOWN = "Paul Martin"
MACROS = (
    (
        "Bienvenue",
        "Bonjour, je suis à votre écoute. Pouvez-vous me décrire en quelques mots ce qui vous bloque ?",
        "",
    ),
    (
        "Un instant",
        "Je regarde votre dossier, cela me prend deux ou trois minutes. Vous pouvez rester sur cette page.",
        "",
    ),
    (
        "Quittance de loyer",
        (
            "Il nous faut votre dernière quittance de loyer. Une photo bien lisible suffit : "
            "vous pouvez l’envoyer ici avec le bouton Joindre."
        ),
        "logement",
    ),
    (
        "Justificatif de domicile",
        "Un justificatif de domicile de moins de trois mois convient : facture d’eau, d’électricité ou d’internet.",
        "",
    ),
    (
        "Mot de passe oublié",
        (
            "Sur la page de connexion, choisissez « Mot de passe oublié » : un lien arrive dans votre boîte "
            "de messagerie. Pensez à regarder dans les courriers indésirables."
        ),
        "connexion",
    ),
    (
        "Passer en vidéo",
        (
            "Si vous voulez bien, nous pouvons continuer en vidéo : c’est souvent plus simple. "
            "La conversation écrite reste ouverte à côté."
        ),
        "",
    ),
    (
        "Au revoir",
        "C’était un plaisir de vous aider. Si une autre question vous vient, écrivez ici : la conversation se rouvre.",
        "",
    ),
)


async def seed(context: Context) -> list[DemoPerson]:
    """Make the demonstration unless it is there; return its persons with working links, and the page around the chat."""
    now = context.clock()
    async with context.database.write() as tx:
        await _topics(tx)
        agents = [await _agent(tx, context, name, topics) for name, topics in (*AGENTS, *_more_agents())]
        supervisor = await _person(tx, context, SUPERVISOR, SUPERVISING)
        citizen = await _person(tx, context, CITIZEN, KNOWN)
        await tx.insert_new(tables.citizen, person=citizen.id, referent=agents[0].id, created_at=now)
        await _macros(tx, agents[0], now)
        people = [supervisor, *agents, citizen]
        links = [
            DemoPerson(name=person.name, role=person.role, token=await _link(tx, context, person, now))
            for person in people
        ]
    return [DemoPerson(name=HelpdeskSettings().service, role="page", path=PAGE), *links]


def _more_agents() -> list[tuple[str, tuple[str, ...]]]:
    """Those of a load test, for every topic."""
    topics = tuple(topic for topic, *_ in TOPICS)
    size = demo_size("DEMO_AGENTS", len(AGENTS), AGENTS_MOST)
    return [(f"Conseiller {number}", topics) for number in range(len(AGENTS) + 1, size + 1)]


async def _topics(tx: Transaction) -> None:
    for position, (topic, french, english, arabic) in enumerate(TOPICS):
        names = {"fr": french, "en": english, "ar": arabic}
        await tx.insert_new(tables.topic, id=topic, names=names, position=position)
        for weekday in range(7):
            await tx.insert_new(tables.hours, topic=topic, weekday=weekday, opens=0, closes=1440)


async def _agent(tx: Transaction, context: Context, name: str, topics: tuple[str, ...]) -> Person:
    person = await _person(tx, context, AGENT, name)
    await tx.insert_new(tables.agent, person=person.id)
    for topic in topics:
        await tx.insert_new(tables.agent_topic, person=person.id, topic=topic)
    return person


async def _person(tx: Transaction, context: Context, role: str, name: str) -> Person:
    known = await context.identity.find_person(tx, app=APP, role=role, name=name)
    return known or await context.identity.create_person(tx, app=APP, role=role, name=name)


async def _macros(tx: Transaction, author: Person, now: float) -> None:
    for number, (title, text, topic) in enumerate(MACROS):
        await tx.insert_new(
            tables.macro,
            id=f"demo-macro-{number}",
            title=title,
            text=text,
            topic=topic,
            changed_by=author.id,
            changed_at=now,
        )


async def _link(tx: Transaction, context: Context, person: Person, now: float) -> str:
    secret = hmac.new(context.settings.secret_key, f"demo link {person.id}".encode(), hashlib.sha256)
    return await context.identity.make_link(
        tx, person.id, expires_at=now + YEAR_S, token=secret.hexdigest()[:32]
    )
