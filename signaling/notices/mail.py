"""Mail: the message, and its way to the operator's server (RFC 5321, by aiosmtplib).

What the server answers is never logged: it repeats the address of the person.
"""

import logging
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

import aiosmtplib
from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from signaling.notices.contract import Outcome, Parcel
from signaling.notices.server import MailServer
from signaling.notices.texts import language_of, words

WAIT_S = 6.0
"""For each answer of the server."""
PERMANENT = 500

logger = logging.getLogger(__name__)


def message_of(parcel: Parcel, server: MailServer, now: float) -> EmailMessage:
    """Write the mail.

    Its Message-ID is the notice's: should a worker die after sending, the second copy is known as the same mail.
    """
    letter = parcel.letter
    subject, text = words(parcel.kind, language=letter.language, service=letter.service, link=letter.link)
    local, _, domain = server.address.rpartition("@")
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(server.sender, local, domain)
    message["To"] = Address(addr_spec=letter.to)
    message["Subject"] = subject
    message["Date"] = formatdate(now)
    message["Message-ID"] = f"<{parcel.id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notice in return
    message.set_content(text, cte="quoted-printable")
    message["Content-Language"] = language_of(letter.language)
    return message


class Mail:
    """The sink.

    Args:
        server: The operator's.
        tls: Only for tests: trust for a server with a certificate of its own.
    """

    def __init__(self, server: MailServer, tls: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._tls = tls

    async def send(self, parcel: Parcel, now: float) -> Outcome:
        """Hand one mail to the server."""
        server = self._server
        try:
            await aiosmtplib.send(
                message_of(parcel, server, now),
                sender=server.address,
                recipients=[parcel.letter.to],
                hostname=server.host,
                port=server.port,
                username=server.username or None,
                password=server.password or None,
                use_tls=server.tls == "implicit",
                start_tls=server.tls == "starttls",
                tls_context=self._tls,
                local_hostname=server.address.rpartition("@")[2],  # getfqdn() would wait for a name server
                timeout=WAIT_S,
            )
        except (SMTPException, OSError) as error:
            outcome = outcome_of(error)
            logger.warning("x notice %s: mail %s, %s", parcel.id, outcome.value, _reason(error))
            return outcome
        return Outcome.SENT


def outcome_of(error: Exception) -> Outcome:
    """Tell what is wrong with this mail for good from what is wrong with the server or with our settings."""
    if isinstance(error, SMTPRecipientsRefused):
        codes = [each.code for each in error.recipients]
        return Outcome.REFUSED if codes and min(codes) >= PERMANENT else Outcome.LATER
    if isinstance(error, SMTPDataError) and error.code >= PERMANENT:
        return Outcome.REFUSED
    return Outcome.LATER


def _reason(error: Exception) -> str:
    """Return class and number, never the text."""
    if isinstance(error, SMTPAuthenticationError):
        return f"the server does not take user and password of MAIL_URL ({error.code})"
    if isinstance(error, SMTPRecipientsRefused):
        return f"recipient refused ({', '.join(str(each.code) for each in error.recipients)})"
    if isinstance(error, SMTPResponseException):
        return f"{type(error).__name__} ({error.code})"
    return type(error).__name__
