"""Commands on a terminal of their own: what a person types, and all that they see."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


def on_terminal(
    command: Sequence[str], typed: Sequence[tuple[str, str]], env: Mapping[str, str], cwd: Path
) -> tuple[int, str]:
    """The exit code and everything shown. ``typed``: after which words, what is typed."""
    master, slave = pty.openpty()
    running = subprocess.Popen(
        command,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=dict(env),
        cwd=cwd,
        start_new_session=True,
        preexec_fn=_controlling,
    )
    os.close(slave)
    seen, at, waiting, until = "", 0, list(typed), time.monotonic() + 300
    while time.monotonic() < until:
        if not select.select([master], [], [], 0.1)[0]:
            if running.poll() is not None:
                break
            continue
        try:
            data = os.read(master, 4096)
        except OSError:
            break
        seen += data.decode(errors="replace")
        while waiting and waiting[0][0] in seen[at:]:
            after, text = waiting.pop(0)
            at = seen.index(after, at) + len(after)
            time.sleep(0.1)  # getpass empties what was typed before it asks
            os.write(master, text.encode())
    os.close(master)
    try:
        return running.wait(10), seen
    finally:
        running.kill()


def _controlling() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    # Tests in the background ignore it, and their children would.
    signal.signal(signal.SIGINT, signal.default_int_handler)
