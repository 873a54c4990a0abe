"""One refusal for everything that a person may not do, with a stable code."""

from signaling.wire import Code


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of ours
    """Raised anywhere below the gateway; becomes the ``error`` of an acknowledgement or an HTTP status.

    Args:
        code: Stable code; the client has a kind sentence for it.
        text: English, for developers. Never holds personal data.
    """

    def __init__(self, code: Code, text: str = "") -> None:
        super().__init__(code.value)
        self.code = code
        self.text = text
