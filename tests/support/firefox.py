"""Debian's Firefox ESR under Marionette, in a profile of its own that asks nothing of the network."""

import json
import socket
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from load.system.processes import wait_until

with warnings.catch_warnings():
    # One of its dependencies asks for the name of the Linux distribution in a deprecated way.
    warnings.simplefilter("ignore", DeprecationWarning)
    from marionette_driver.marionette import Marionette

PREFERENCES: dict[str, bool | int | str] = {
    "app.update.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "media.autoplay.default": 0,
    "media.gmp-manager.updateEnabled": False,
    "media.navigator.permission.disabled": True,
    "media.navigator.streams.fake": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    # Everything but this machine goes to a port where nobody listens.
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "toolkit.telemetry.enabled": False,
}
"""``media.peerconnection.ice.obfuscate_host_addresses`` is left as people have it; a test may turn it off."""


@contextmanager
def firefox(folder: Path, **preferences: bool | int | str) -> Iterator[Marionette]:
    """Start Firefox headless with an empty profile in `folder`; it is gone at the end of the block.

    Args:
        folder: For the profile.
        preferences: Added to `PREFERENCES`, with ``__`` for a dot in the name.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    wanted = PREFERENCES | {name.replace("__", "."): value for name, value in preferences.items()}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in wanted.items()]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "user.js").write_text("\n".join([*lines, f'user_pref("marionette.port", {port});']))
    command = ["firefox-esr", "--marionette", "--headless", "--no-remote", "--profile", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: _listens(port), "Firefox listens to Marionette", 30.0)
        browser = Marionette("127.0.0.1", port=port)
        browser.start_session()
        browser.timeout.script = 20
        yield browser
        browser.delete_session()
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def evaluate(browser: Marionette, function: str, *arguments: Any) -> Any:
    """Call an async JavaScript function in the page and return what it resolves to."""
    script = f"""
      const resolve = arguments[arguments.length - 1];
      ({function})(...Array.from(arguments).slice(0, -1))
        .then((value) => resolve({{value}}), (error) => resolve({{error: String(error)}}));
    """
    answer = browser.execute_async_script(script, script_args=arguments, sandbox=None)
    if "error" in answer:
        pytest.fail(f"in the page: {answer['error']}")
    return answer.get("value")
