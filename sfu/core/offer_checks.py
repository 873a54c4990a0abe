"""Which offers are refused: limits, and what contradicts itself.

A section that merely cannot be used is not refused here but rejected in the answer. Texts end up in the operator's
log and name the remedy; they repeat nothing of what was offered. Sources: RFC 8839, RFC 8122, RFC 8843.
"""

import re

from sfu.control import Offer, OfferedSection

MAX_SECTIONS, MAX_CODECS, MAX_EXTENSIONS, MAX_RIDS, MAX_SSRCS = 40, 64, 32, 8, 32
MAX_CREDENTIAL, MAX_TEXT = 256, 256
MAX_FINGERPRINTS = 8

DIGEST_BYTES = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
DIRECTIONS = ("sendonly", "recvonly", "sendrecv", "inactive")

TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,32}")
_RID = re.compile(r"[A-Za-z0-9_-]{1,16}")
_HEX_PAIRS = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2})*")
_ICE_CHARS = re.compile(r"[A-Za-z0-9+/=_-]+")
"""RFC 8839 has no "=", "_" or "-", but some clients write base64url."""


class BadOfferError(Exception):
    """The offer is refused; the text says why."""


def check_offer(offer: Offer) -> set[int]:
    """Check a whole offer; returns the ssrcs that the client uses.

    Raises:
        BadOfferError: a limit is exceeded, or the offer contradicts itself.
    """
    _check_envelope(offer)
    taken: set[int] = set()
    for section in offer.sections:
        _check_section(section)
        _check_ssrcs(section, taken)
    if len({section.mid for section in offer.sections}) != len(offer.sections):
        raise BadOfferError("Two sections have the same mid: give each its own.")
    _check_extension_ids(offer)
    return taken


def check_credentials(ufrag: str, pwd: str) -> None:
    """Check lengths and alphabet of ICE credentials (RFC 8839 section 5.4)."""
    for text, shortest in ((ufrag, 4), (pwd, 22)):
        if not shortest <= len(text) <= MAX_CREDENTIAL or not _ICE_CHARS.fullmatch(text):
            raise BadOfferError("The ICE credentials are not usable: 4 to 256 and 22 to 256 ice-chars.")


def _check_envelope(offer: Offer) -> None:
    check_credentials(offer.ice_ufrag, offer.ice_pwd)
    if not 0 < len(offer.sections) <= MAX_SECTIONS:
        raise BadOfferError(f"Offer 1 to {MAX_SECTIONS} sections, not {len(offer.sections)}.")
    if not 0 < len(offer.fingerprints) <= MAX_FINGERPRINTS:
        raise BadOfferError(f"Offer 1 to {MAX_FINGERPRINTS} certificate fingerprints.")
    for fingerprint in offer.fingerprints:
        octets = DIGEST_BYTES.get(fingerprint.algorithm.lower())
        value = fingerprint.value
        if octets is None or len(value) != octets * 3 - 1 or not _HEX_PAIRS.fullmatch(value):
            raise BadOfferError("A fingerprint is not sha-256, sha-384 or sha-512 in colon-separated hex.")


def _check_section(section: OfferedSection) -> None:
    sizes = (
        (len(section.codecs), MAX_CODECS, "codecs"),
        (len(section.extensions), MAX_EXTENSIONS, "extensions"),
        (len(section.rids), MAX_RIDS, "rids"),
        (len(section.ssrcs), MAX_SSRCS, "ssrcs"),
        (len(section.rtx), MAX_SSRCS, "repair ssrcs"),
        (len(section.kind), MAX_TEXT, "characters of kind"),
        (len(section.stream), MAX_TEXT, "characters of msid"),
        (len(section.source), MAX_TEXT, "characters of source"),
    )
    for size, limit, what in sizes:
        if size > limit:
            raise BadOfferError(f"A section has {size} {what}; at most {limit} are taken.")
    if not TOKEN.fullmatch(section.mid):
        raise BadOfferError("A mid is not a token of 1 to 32 characters.")
    if section.direction not in DIRECTIONS:
        raise BadOfferError("A direction is not sendonly, recvonly, sendrecv or inactive.")
    if len(set(section.rids)) != len(section.rids) or not all(map(_RID.fullmatch, section.rids)):
        raise BadOfferError("Rids have to be different and 1 to 16 letters, digits, - or _.")
    if any(not 0 <= codec.payload_type <= 127 for codec in section.codecs):
        raise BadOfferError("A payload type is not between 0 and 127.")
    if any(len(extension.uri) > MAX_TEXT for extension in section.extensions):
        raise BadOfferError(f"An extension URI is longer than {MAX_TEXT} characters.")


def _check_ssrcs(section: OfferedSection, taken: set[int]) -> None:
    own = {*section.ssrcs, *section.rtx}
    if any(not 0 < ssrc < 1 << 32 for ssrc in own):
        raise BadOfferError("An ssrc is not between 1 and 2**32 - 1.")
    if own & taken:
        raise BadOfferError("Two sections announce the same ssrc.")
    taken |= own


def _check_extension_ids(offer: Offer) -> None:
    # RFC 8843 section 9.2: in a bundle an id means one URI, and browsers refuse to have a URI renumbered.
    by_id: dict[int, str] = {}
    by_uri: dict[str, int] = {}
    for section in offer.sections:
        for extension in section.extensions:
            if not 1 <= extension.id <= 255:
                raise BadOfferError("An extension id is not between 1 and 255.")
            if by_id.setdefault(extension.id, extension.uri) != extension.uri:
                raise BadOfferError(
                    f"Extension id {extension.id} has two URIs: use one id per URI in the bundle."
                )
            if by_uri.setdefault(extension.uri, extension.id) != extension.id:
                raise BadOfferError("An extension URI has two ids: use one id per URI in the bundle.")
