"""The way in: from here on a signal ends the run in one line, also while modules are loaded."""

from __future__ import annotations

from typing import NoReturn

from govern.cli import signals


def main() -> NoReturn:
    """Run the command line, which never returns."""
    signals.listen()
    try:
        from govern.cli.main import main as run

        run()
    except SystemExit:
        raise
    except BaseException:
        if not signals.came():
            raise
        import sys

        sys.stderr.write("govern: interrupted\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
