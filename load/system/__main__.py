"""``python -m load.system COMMAND...``: run a command against a fresh system.

``--host ADDRESS`` is added to it, and LINKS names the file of personal links.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from load.system.processes import end_when_asked
from load.system.whole import running


def main(command: Sequence[str]) -> int:
    """Run the command and return its exit status."""
    end_when_asked()
    with tempfile.TemporaryDirectory(prefix="permanence-") as name, running(Path(name)) as system:
        environment = system.environment | {"LINKS": str(system.write_links())}
        return subprocess.run([*command, "--host", system.base], env=environment, check=False).returncode


if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
