"""A conversation to read, print and keep: as a page of its own, and as plain text. Pure; no internal note comes in here."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from helpdesk.talk.transcript_words import FRENCH, RIGHT_TO_LEFT, WORDS
from signaling.wire import LogEvent

ZONE = ZoneInfo("Europe/Paris")
STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#161616;background:#fff}"
    "h1{font-size:1.5rem}h2{font-size:1.2rem}ol,ul{list-style:none;padding:0}li{margin:0 0 1rem;break-inside:avoid}"
    ".who{font-weight:700}.at,.note{color:#3a3a3a}.at{font-size:.875rem}p{margin:0;white-space:pre-wrap;"
    "overflow-wrap:anywhere}@page{margin:2cm}"
)
POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    f"style-src 'sha256-{b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
)
"""The page loads nothing and runs nothing; its one style sheet is named by its digest."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What is known of the conversation; persons are ids."""

    service: str
    number: str
    language: str
    reader: str
    """Who reads it: without a name she is called "you"."""
    events: Sequence[LogEvent]
    names: Mapping[str, str]
    roles: Mapping[str, str]
    topics: Mapping[str, str]
    cut: bool = False
    """There are more events than fit: the oldest are left out."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry."""

    seq: int
    at: float
    who: str
    """Empty for what just happened."""
    text: str


def as_text(talk: Transcript) -> str:
    """Return the transcript as plain text."""
    words = _words(talk)
    parts = [words["title"].format(number=talk.number), _intro(talk, words), ""]
    parts += [words["cut"], ""] if talk.cut else []
    for line in _lines(talk, words):
        head = f"[{_time(line.at, talk.language)}] {_receipt(talk, words, line)}"
        parts += [head, _indent(f"{line.who} : {line.text}" if line.who else f"— {line.text}"), ""]
    documents = [_indent(document) for document in _documents(talk, words)]
    parts += [words["documents"], *(documents or [words["no_documents"]]), ""]
    return "\n".join(parts)


def as_page(talk: Transcript) -> str:
    """Return the transcript as a page that stands alone, for printing too."""
    words = _words(talk)
    title = escape(words["title"].format(number=talk.number))
    language = talk.language if talk.language in WORDS else "fr"
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    entries = "\n".join(_entry(talk, words, line) for line in _lines(talk, words))
    documents = _documents(talk, words) or [words["no_documents"]]
    rest = f"<p>{escape(words['cut'])}</p>\n" if talk.cut else ""
    return (
        f'<!doctype html>\n<html lang="{language}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="robots" content="noindex">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        f"<p>{escape(_intro(talk, words))}</p>\n{rest}<ol>\n{entries}\n</ol>\n"
        f"<h2>{escape(words['documents'])}</h2>\n<ul>\n"
        + "\n".join(f"<li>{escape(document)}</li>" for document in documents)
        + "\n</ul>\n</main>\n</body>\n</html>\n"
    )


def _indent(text: str) -> str:
    """Set off all lines but the first: what somebody wrote never looks like an entry of its own."""
    return "\n    ".join(text.splitlines())


def _entry(talk: Transcript, words: Mapping[str, str], line: Line) -> str:
    moment = datetime.fromtimestamp(line.at, ZONE).isoformat(timespec="seconds")
    at = f'<time datetime="{moment}">{escape(_time(line.at, talk.language))}</time>'
    head = f'<div class="at">{at} · {escape(_receipt(talk, words, line))}</div>'
    if not line.who:
        return f'<li>{head}<p class="note">{escape(line.text)}</p></li>'
    # The words may be in any language: the browser finds their direction.
    return f'<li>{head}<div class="who">{escape(line.who)}</div><p dir="auto">{escape(line.text)}</p></li>'


def _words(talk: Transcript) -> Mapping[str, str]:
    return WORDS.get(talk.language, FRENCH)


def _intro(talk: Transcript, words: Mapping[str, str]) -> str:
    return f"{words['intro'].format(service=talk.service)} {words['help']}"


def _receipt(talk: Transcript, words: Mapping[str, str], line: Line) -> str:
    return words["receipt"].format(receipt=f"{talk.number}-{line.seq}")


def _time(at: float, language: str) -> str:
    moment = datetime.fromtimestamp(at, ZONE)
    return f"{moment:%d %b %Y, %H:%M}" if language == "en" else f"{moment:%d/%m/%Y %H:%M}"


def _lines(talk: Transcript, words: Mapping[str, str]) -> Iterator[Line]:
    for event in talk.events:
        if event.kind == "message":
            yield Line(event.seq, event.at, _author(talk, words, event), str(event.payload.get("text", "")))
        elif event.kind == "document":
            yield Line(event.seq, event.at, _author(talk, words, event), _document(words, event))
        elif text := _what_happened(talk, words, event):
            yield Line(event.seq, event.at, "", text)


def _author(talk: Transcript, words: Mapping[str, str], event: LogEvent) -> str:
    role = words.get(talk.roles.get(event.author, ""), words["system"])
    name = talk.names.get(event.author) or (words["nameless"] if event.author == talk.reader else "")
    who = f"{name} ({role})" if name else role
    helper = talk.names.get(event.payload.get("helper", ""), "")
    return f"{who}, {words['written_with'].format(name=helper)}" if helper else who


def _what_happened(talk: Transcript, words: Mapping[str, str], event: LogEvent) -> str:
    """Say what an event without words was; empty for what concerns nobody afterwards."""
    payload = event.payload
    key = _KEYS.get(event.kind, lambda _payload: "")(payload)
    names = {
        **payload,
        "agent": talk.names.get(payload.get("agent", ""), words["agent"]),
        "topic": talk.topics.get(payload.get("topic", ""), ""),
    }
    if event.kind.startswith("helper_"):
        names["name"] = talk.names.get(payload.get("helper", "")) or payload.get("name", "")
    if key == "infected":
        names["name"] = _file_names(talk).get(payload.get("file", ""), "")
    return words[key].format_map(names) if key else ""


_KEYS: dict[str, Any] = {
    "started": lambda payload: "started_from" if payload.get("page_title") else "started",
    "transferred": lambda payload: "transferred_agent" if payload.get("agent") else "transferred_topic",
    "later": lambda payload: "later" if payload.get("later") else "not_later",
    "helper_allowed": lambda payload: "helper_allowed" if payload.get("may_send") else "helper_not_allowed",
    "document_state": lambda payload: "infected" if payload.get("state") == "infected" else "",
    **{
        kind: lambda _payload, kind=kind: kind
        for kind in (
            "submitted",
            "assigned",
            "released",
            "agent_gone",
            "agent_back",
            "snoozed",
            "woken",
            "closed",
            "reopened",
            "helper_invited",
            "helper_joined",
            "helper_left",
            "call_proposed",
            "call_began",
            "call_ended",
            "call_declined",
        )
    },
}
"""Kind of event to the key of its sentence."""


def _document(words: Mapping[str, str], event: LogEvent) -> str:
    kilobytes = max(1, round(int(event.payload.get("size", 0)) / 1000))
    size = words["kilobytes"].format(n=kilobytes)
    return words["document"].format(name=event.payload.get("name", ""), size=size)


def _documents(talk: Transcript, words: Mapping[str, str]) -> list[str]:
    return [
        f"{talk.number}-{event.seq} · {_time(event.at, talk.language)} · {_document(words, event)}"
        for event in talk.events
        if event.kind == "document"
    ]


def _file_names(talk: Transcript) -> dict[str, str]:
    sent = (event.payload for event in talk.events if event.kind == "document")
    return {str(payload.get("file", "")): str(payload.get("name", "")) for payload in sent}
