"""Find an app by its dotted name, as it stands on the command line: ``classroom.app:app``."""

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from signaling.api import App


class UnknownApp(Exception):  # noqa: N818 - told to the operator
    """One sentence for the operator."""


def load_app(name: str) -> "App":
    """Import an app.

    Raises:
        UnknownApp: with the sentence for the operator.
    """
    module, _, attribute = name.partition(":")
    try:
        return cast("App", getattr(import_module(module), attribute))
    except (ModuleNotFoundError, AttributeError, ValueError) as error:
        raise UnknownApp(
            f"{name!r} is not an app ({error}): name module and object, as in classroom.app:app"
        ) from error
