"""Reads a browser's SDP offer into the worker's terms (RFC 8866, RFC 9429). Pure; writes nothing, decides nothing.

An own reader of lines and not aiortc.sdp: that one asserts on what it does not know, leaves out rid, simulcast and
the direction of extmap, and takes 6 ms for Chromium's offer, which is more than a web process may stop for.
Every text gives a ``ReadOffer`` or raises ``BadOffer``, and nothing else. Attributes that we do not know are
ignored, as RFC 8866 section 5.13 demands.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sfu.control import Codec, Extension, Fingerprint, Offer, OfferedSection

MAX_CHARACTERS = 120_000
MAX_LINES = 6_000
MAX_SECTIONS = 40
MAX_PER_SECTION = 128
"""Of payload types, extensions, feedback lines, ssrcs, each."""

_ICE = re.compile(r"[A-Za-z0-9+/]+")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,64}")
_RID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_HEX = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2}){19,63}")
_DIRECTIONS = frozenset({"sendrecv", "sendonly", "recvonly", "inactive"})
_HASHES = frozenset({"sha-256", "sha-384", "sha-512"})


class BadOffer(Exception):  # noqa: N818 - the name of the answer it becomes
    """The offer cannot be served. The text names the line's type and what is wrong, never its content."""


@dataclass(frozen=True, slots=True)
class MediaLine:
    """What an answer has to repeat of one m-line."""

    mid: str
    media: str
    protocol: str
    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadOffer:
    """A whole offer: what the worker is told, and what the answer's text needs besides."""

    offer: Offer
    lines: tuple[MediaLine, ...]
    allow_mixed: bool
    """``a=extmap-allow-mixed`` (RFC 8285 section 6)."""


@dataclass(slots=True)
class _Part:
    """The attributes of the session, or of one section."""

    media: str = ""
    port: int = 9
    protocol: str = ""
    formats: tuple[str, ...] = ()
    attributes: dict[str, list[str]] = field(default_factory=dict)

    def one(self, name: str) -> str:
        return self.attributes.get(name, [""])[0]

    def all(self, name: str) -> list[str]:
        values = self.attributes.get(name, [])
        if len(values) > 10 * MAX_PER_SECTION:
            raise BadOffer(f"too many a={name}")
        return values

    def has(self, name: str) -> bool:
        return name in self.attributes


def read_offer(text: str) -> ReadOffer:
    """Read a complete offer: one bundle, rtcp-mux, ICE credentials and a fingerprint in every section or above.

    Args:
        text: SDP as ``RTCSessionDescription.sdp`` gives it; CRLF or LF.

    Raises:
        BadOffer: Whatever is wrong with it.
    """
    session, parts = _split(text)
    allow_mixed = session.has("extmap-allow-mixed") or all(p.has("extmap-allow-mixed") for p in parts)
    sections = [_read_section(part) for part in parts]
    mids = [section.mid for section in sections]
    if len(set(mids)) != len(mids):
        raise BadOffer("a=mid: twice the same")
    _check_bundle(session, parts, sections)
    first = next((p for p, s in zip(parts, sections, strict=True) if not s.rejected), None)
    if first is None:
        raise BadOffer("m=: every section is rejected")
    ufrag, pwd = _read_credentials(session, first)
    offer = Offer(
        ice_ufrag=ufrag,
        ice_pwd=pwd,
        fingerprints=_read_fingerprints(session, first),
        sections=tuple(sections),
    )
    lines = tuple(MediaLine(m, p.media, p.protocol, p.formats) for m, p in zip(mids, parts, strict=True))
    return ReadOffer(offer, lines, allow_mixed)


# --- lines ------------------------------------------------------------------------------------------------------


def _lines(text: str) -> list[str]:
    if len(text) > MAX_CHARACTERS:
        raise BadOffer("too long")
    text = text.replace("\r\n", "\n")
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        raise BadOffer("too many lines")
    if any(character in text for character in "\0\r"):
        raise BadOffer("a control character")
    if lines[0] != "v=0":
        raise BadOffer("v=: has to be the first line and 0")
    return [line for line in lines[1:] if line]


def _split(text: str) -> tuple[_Part, list[_Part]]:
    session = part = _Part()
    parts: list[_Part] = []
    for line in _lines(text):
        if line[1:2] != "=":
            raise BadOffer("a line is not of the form <type>=<value>")
        if line[0] == "m":
            part = _read_media_line(line[2:])
            parts.append(part)
        elif line[0] == "a":
            name, _, value = line[2:].partition(":")
            part.attributes.setdefault(name, []).append(value)
    if not 1 <= len(parts) <= MAX_SECTIONS:
        raise BadOffer(f"m=: {len(parts)} sections")
    return session, parts


def _read_media_line(value: str) -> _Part:
    """RFC 8866 section 5.14: ``<media> <port> <proto> <fmt> ...``."""
    media, port, protocol, *formats = value.split(" ") if value.count(" ") >= 3 else ["", "", "", ""]
    if not (_TOKEN.fullmatch(media) and all(_TOKEN.fullmatch(word) for word in protocol.split("/"))):
        raise BadOffer("m=: media or protocol")
    if len(formats) > MAX_PER_SECTION or not all(_TOKEN.fullmatch(word) for word in formats):
        raise BadOffer("m=: formats")
    return _Part(media, _number(port, 65_535, "m=: port"), protocol, tuple(formats))


def _number(text: str, highest: int, what: str) -> int:
    # isascii because isdecimal alone lets other scripts' digits in.
    if not (text.isascii() and text.isdecimal() and len(text) <= 10) or int(text) > highest:
        raise BadOffer(what)
    return int(text)


# --- what concerns the whole bundle -------------------------------------------------------------------------------


def _check_bundle(session: _Part, parts: Iterable[_Part], sections: Iterable[OfferedSection]) -> None:
    """All that is not rejected has to be in one bundle with rtcp-mux (RFC 9143, RFC 8834 section 4.5)."""
    bundles = [value.split(" ")[1:] for value in session.all("group") if value.startswith("BUNDLE ")]
    wanted = {section.mid for section in sections if not section.rejected}
    if len(bundles) != 1 or not wanted <= set(bundles[0]):
        raise BadOffer("a=group: one bundle of all sections is needed")
    for part in parts:
        if part.media in {"audio", "video"} and part.port and not part.has("rtcp-mux"):
            raise BadOffer("a=rtcp-mux is needed")


def _read_credentials(session: _Part, first: _Part) -> tuple[str, str]:
    """RFC 8839 section 5.4: 4 to 256 and 22 to 256 ice-chars."""
    ufrag = first.one("ice-ufrag") or session.one("ice-ufrag")
    pwd = first.one("ice-pwd") or session.one("ice-pwd")
    if not (
        _ICE.fullmatch(ufrag) and 4 <= len(ufrag) <= 256 and _ICE.fullmatch(pwd) and 22 <= len(pwd) <= 256
    ):
        raise BadOffer("a=ice-ufrag, a=ice-pwd")
    if (first.one("setup") or session.one("setup")) not in {"actpass", "active"}:
        # The worker is DTLS passive (RFC 8842 section 5.3).
        raise BadOffer("a=setup: actpass or active is needed")
    return ufrag, pwd


def _read_fingerprints(session: _Part, first: _Part) -> tuple[Fingerprint, ...]:
    fingerprints = []
    for value in (first.all("fingerprint") or session.all("fingerprint"))[:8]:
        algorithm, _, digest = value.partition(" ")
        algorithm, digest = algorithm.lower(), digest.upper()
        if algorithm in _HASHES and _HEX.fullmatch(digest):
            fingerprints.append(Fingerprint(algorithm=algorithm, value=digest))
    if not fingerprints:
        raise BadOffer("a=fingerprint: sha-256, sha-384 or sha-512 is needed")
    return tuple(fingerprints)


# --- one section --------------------------------------------------------------------------------------------------


def _read_section(part: _Part) -> OfferedSection:
    mid = part.one("mid")
    if not _TOKEN.fullmatch(mid):
        raise BadOffer("a=mid is needed")
    # RFC 9143 section 6: port 0 with bundle-only means "inside the bundle", without it "rejected".
    rejected = part.port == 0 and not part.has("bundle-only")
    if part.media not in {"audio", "video"}:
        return OfferedSection(mid=mid, kind=part.media, direction="inactive", rejected=rejected)
    if part.protocol not in {"UDP/TLS/RTP/SAVPF", "TCP/TLS/RTP/SAVPF"}:
        raise BadOffer("m=: UDP/TLS/RTP/SAVPF is needed")
    stream = part.one("msid").split(" ")[0]
    return OfferedSection(
        mid=mid,
        kind=part.media,
        direction=next((name for name in part.attributes if name in _DIRECTIONS), "sendrecv"),
        rejected=rejected,
        codecs=_read_codecs(part),
        extensions=_read_extensions(part),
        rids=_read_rids(part),
        ssrcs=_read_ssrcs(part),
        rtx=_read_repairs(part),
        # RFC 8830: "-" is a track without a stream.
        stream=stream if stream != "-" and len(stream) <= 64 else "",
    )


def _by_payload_type(part: _Part, name: str, use: Callable[[str, str], None]) -> None:
    for value in part.all(name):
        payload_type, _, rest = value.partition(" ")
        use(payload_type, rest)


def _read_codecs(part: _Part) -> tuple[Codec, ...]:
    """In the order of the m-line, which is the order of preference. Static payload types without rtpmap are left out."""
    names: dict[str, str] = {}
    parameters: dict[str, dict[str, str]] = {}
    feedback: dict[str, list[str]] = {}
    _by_payload_type(part, "rtpmap", lambda pt, rest: names.update({pt: rest}))
    _by_payload_type(part, "fmtp", lambda pt, rest: parameters.setdefault(pt, {}).update(_read_fmtp(rest)))
    _by_payload_type(part, "rtcp-fb", lambda pt, rest: feedback.setdefault(pt, []).append(rest))
    for_all = feedback.get("*", [])
    codecs = []
    for payload_type in dict.fromkeys(part.formats):
        if payload_type not in names:
            continue
        name, _, rest = names[payload_type].strip().partition("/")
        clock_rate, _, channels = rest.partition("/")
        if not _TOKEN.fullmatch(name):
            raise BadOffer("a=rtpmap: encoding name")
        codecs.append(
            Codec(
                payload_type=_number(payload_type, 127, "m=: payload type"),
                name=name.lower(),
                clock_rate=_number(clock_rate, 1_000_000, "a=rtpmap: clock rate"),
                channels=_number(channels or "1", 32, "a=rtpmap: channels"),
                parameters=parameters.get(payload_type, {}),
                feedback=tuple(dict.fromkeys(feedback.get(payload_type, []) + for_all))[:16],
            )
        )
    return tuple(codecs)


def _read_fmtp(rest: str) -> dict[str, str]:
    """``key=value;key=value``; what has no "=" (such as red's ``111/111``) becomes a key with an empty value."""
    found = {}
    for item in rest[:1_000].split(";"):
        key, _, value = item.strip().partition("=")
        if key:
            found[key] = value
    return found


def _read_extensions(part: _Part) -> tuple[Extension, ...]:
    """RFC 8285 section 8: ``<id>[/<direction>] <uri> [attributes]``. The first URI of an id counts."""
    found: dict[int, Extension] = {}
    for value in part.all("extmap")[:MAX_PER_SECTION]:
        words = value.split(" ")
        number, _, direction = words[0].partition("/")
        if len(words) < 2 or not words[1] or (direction and direction not in _DIRECTIONS):
            raise BadOffer("a=extmap")
        identifier = _number(number, 4_351, "a=extmap: id")
        # 0 and 15 mean padding and stop in the one-byte form; 256 and up only exist to be renumbered.
        if (
            identifier not in {0, 15}
            and identifier <= 255
            and direction != "inactive"
            and len(words[1]) <= 256
        ):
            found.setdefault(identifier, Extension(id=identifier, uri=words[1]))
    return tuple(found.values())


def _read_rids(part: _Part) -> tuple[str, ...]:
    """RFC 8853 ``a=simulcast:send q;h;f``: of alternatives the first; paused ones count. RFC 8851 ``a=rid``."""
    declared = [words[0] for words in (v.split(" ") for v in part.all("rid")) if words[1:2] == ["send"]]
    if not all(_RID.fullmatch(rid) for rid in declared):
        raise BadOffer("a=rid")
    words = part.one("simulcast").split(" ")
    order = [w for d, w in zip(words[::2], words[1::2], strict=False) if d == "send"]
    if not order:
        return tuple(dict.fromkeys(declared))[:1]
    rids = [layer.split(",")[0].lstrip("~") for layer in order[0].split(";")]
    if not set(rids) <= set(declared) or len(set(rids)) != len(rids) or len(rids) > 8:
        raise BadOffer("a=simulcast: layers that a=rid does not declare")
    return tuple(rids)


def _read_ssrcs(part: _Part) -> tuple[int, ...]:
    found = dict.fromkeys(value.split(" ", 1)[0] for value in part.all("ssrc"))
    if len(found) > MAX_PER_SECTION:
        raise BadOffer("a=ssrc: too many")
    return tuple(_number(ssrc, 0xFFFFFFFF, "a=ssrc") for ssrc in found)


def _read_repairs(part: _Part) -> dict[int, int]:
    """RFC 5576 ``a=ssrc-group:FID <ssrc> <repair>``, turned round."""
    repairs = {}
    for value in part.all("ssrc-group")[:MAX_PER_SECTION]:
        words = value.split(" ")
        if words[0] == "FID" and len(words) == 3:
            original, repair = (_number(word, 0xFFFFFFFF, "a=ssrc-group") for word in words[1:])
            repairs[repair] = original
    return repairs
