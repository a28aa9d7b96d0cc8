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
    except BaseException as error:
        if signals.came():
            _end("interrupted", 130)
        # Python raises SystemError where it hasn't the memory to say MemoryError.
        if isinstance(error, ImportError | MemoryError | SystemError):
            told = str(error) or type(error).__name__
            _end(f"{told}: install govern again, or give the run more memory", 5)
        raise


def _end(told: str, code: int) -> NoReturn:
    import sys

    sys.stderr.write(f"govern: {told}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
