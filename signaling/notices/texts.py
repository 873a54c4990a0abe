"""The words of a mail, in the languages that we have. Pure; a language that we do not have reads French."""

from signaling.notices.contract import Kind

ENDINGS = {
    "fr": (
        "Ce lien est personnel : ne le transmettez à personne.\n"
        "Ce message est envoyé automatiquement et ne contient rien de votre échange ; personne ne lit les réponses "
        "à cette adresse.\nSi vous n’attendiez rien, vous pouvez l’ignorer."
    ),
    "en": (
        "This link is personal: please do not pass it on.\n"
        "This message is sent automatically and holds nothing of your conversation; nobody reads replies to this "
        "address.\nIf you did not expect it, you can ignore it."
    ),
    "ar": (
        "هذا الرابط شخصي: يُرجى عدم مشاركته مع أي أحد.\n"
        "أُرسلت هذه الرسالة تلقائيًا ولا تحتوي على أي شيء من محادثتكم، ولا يقرأ أحد الردود على هذا العنوان.\n"
        "إذا لم تكونوا تنتظرونها فيمكنكم تجاهلها."
    ),
}
TEXTS: dict[str, dict[Kind, tuple[str, str]]] = {
    "fr": {
        "answer": (
            "Vous avez une réponse : {service}",
            "Bonjour,\n\nVous avez une réponse de : {service}.\nPour la lire et continuer l’échange, ouvrez cette page :",
        ),
        "turn": (
            "C’est à vous : {service}",
            "Bonjour,\n\nQuelqu’un peut vous répondre maintenant : {service}.\nPour commencer, ouvrez cette page :",
        ),
        "transcript": (
            "Le relevé de votre échange : {service}",
            "Bonjour,\n\nVoici où lire, imprimer ou télécharger le relevé de votre échange : {service}.",
        ),
    },
    "en": {
        "answer": (
            "You have an answer from {service}",
            "Hello,\n\nYou have an answer from {service}.\nTo read it and go on, open this page:",
        ),
        "turn": (
            "It is your turn: {service}",
            "Hello,\n\nSomebody can answer you now: {service}.\nTo begin, open this page:",
        ),
        "transcript": (
            "The record of your conversation: {service}",
            "Hello,\n\nHere you can read, print or download the record of your conversation: {service}.",
        ),
    },
    "ar": {
        "answer": (
            "لديكم رد: {service}",
            "مرحبًا،\n\nلديكم رد من: {service}.\nلقراءته ومتابعة المحادثة، افتحوا هذه الصفحة:",
        ),
        "turn": (
            "حان دوركم: {service}",
            "مرحبًا،\n\nيمكن لأحد الموظفين الرد عليكم الآن: {service}.\nللبدء، افتحوا هذه الصفحة:",
        ),
        "transcript": (
            "سجل محادثتكم: {service}",
            "مرحبًا،\n\nهنا يمكنكم قراءة سجل محادثتكم أو طباعته أو تنزيله: {service}.",
        ),
    },
}


def language_of(language: str) -> str:
    """Return the language in which we can write to somebody who reads this one (BCP 47)."""
    first = language.partition("-")[0].lower()
    return first if first in TEXTS else "fr"


def words(kind: Kind, *, language: str, service: str, link: str) -> tuple[str, str]:
    """Return subject and text of a mail."""
    known = language_of(language)
    subject, opening = TEXTS[known][kind]
    text = f"{opening.format(service=service)}\n\n{link}\n\n{ENDINGS[known]}\n"
    return subject.format(service=service), text
