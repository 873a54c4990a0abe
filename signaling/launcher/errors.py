"""How the launcher says that it cannot go on."""


class CannotLaunch(Exception):  # noqa: N818 - told to the person at the keyboard, not an error of ours
    """One sentence that names the thing and the remedy."""


class Stopped(Exception):  # noqa: N818 - asked for
    """Somebody asked us to stop: Ctrl-C, a closed terminal, a termination signal."""
