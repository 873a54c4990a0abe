"""How a person says by which way she wants to be told. docs/protocol.md is the text."""

from typing import Annotated

import msgspec

from signaling.wire import Command, Struct


class SetMail(Command, frozen=True, kw_only=True, tag="notice.set_mail"):
    """Tell me by mail, at this address and no other."""

    address: Annotated[str, msgspec.Meta(min_length=3, max_length=254)]


class AddPush(Command, frozen=True, kw_only=True, tag="notice.add_push"):
    """Tell me by a notification of this browser.

    The keys of the subscription are not asked for: nothing is sent that would have to be encrypted.
    """

    endpoint: Annotated[str, msgspec.Meta(min_length=10, max_length=1000)]
    """Of the browser's PushSubscription."""


class ForgetMe(Command, frozen=True, kw_only=True, tag="notice.forget"):
    """Tell me nothing any more, and forget my addresses."""


class NoticeWays(Struct, frozen=True, kw_only=True):
    """By which ways this person can be told: what the server offers and what she gave. Part of an app's views."""

    mail_offered: bool
    push_key: str
    """``applicationServerKey`` of a push subscription, base64url."""
    mail: bool
    """She gave a mail address."""
    push: bool
    """She gave at least one browser."""
