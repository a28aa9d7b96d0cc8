"""A real Secret Service in a private D-Bus session: Debian's gnome-keyring, and no fake of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import govern as govern_package

MISSING = [
    name for name in ("dbus-run-session", "gnome-keyring-daemon") if shutil.which(name) is None
]

#: The code under test, wherever a command is run.
SOURCES = str(Path(govern_package.__file__).parents[1])

#: What to say where it isn't installed.
needed = pytest.mark.skipif(
    bool(MISSING),
    reason="the keyring is tested with a real Secret Service, and here is none: "
    f"{' and '.join(MISSING)} (Debian: apt-get install gnome-keyring dbus)",
)

_START = """
import os, subprocess, sys
home, password, lock = sys.argv[1:4]
daemon = ["gnome-keyring-daemon", "--foreground", "--components=secrets"]
unlock = [] if lock == "never" else ["--unlock"]
running = subprocess.Popen(daemon + unlock, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
running.stdin.write(password.encode())
running.stdin.close()
import secretstorage, time
for _ in range(200):
    bus = secretstorage.dbus_init()
    try:
        if secretstorage.check_service_availability(bus):
            if lock == "never":
                break
            if not secretstorage.get_collection_by_alias(bus, "default").is_locked():
                break
    except secretstorage.SecretStorageException:
        pass
    time.sleep(0.05)
else:
    sys.exit("no Secret Service came up")
if lock == "yes":
    secretstorage.get_collection_by_alias(bus, "default").lock()
code = subprocess.call(sys.argv[4:])
running.terminate()
running.wait()
sys.exit(code)
"""


def within(home: Path, *words: str, lock: str = "no") -> list[str]:
    """The command that runs ``words`` in a session with a keyring of ``home``.

    ``lock``: ``yes`` for a locked one, ``never`` for one that nobody has made yet.
    """
    start = [sys.executable, "-c", _START, str(home), "password", lock]
    return ["dbus-run-session", "--", *start, *words]


def environment(home: Path, **more: str) -> dict[str, str]:
    """Nothing of the developer's own session, keyring or account."""
    runtime = home / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": SOURCES,
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(runtime),
        "XDG_DATA_HOME": str(home / "data"),
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        **more,
    }


def govern(
    home: Path, *words: str, lock: str = "no", **more: str
) -> subprocess.CompletedProcess[str]:
    command = within(home, sys.executable, "-m", "govern", *words, lock=lock)
    return subprocess.run(
        command,
        env=environment(home, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=home,
    )
