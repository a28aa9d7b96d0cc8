"""``govern cache``: the sums of large files that are kept between runs."""

from __future__ import annotations

import typer

from govern.cli.streams import show
from govern.model.errors import GovernError

app = typer.Typer(
    help="The sums of large files that are kept between runs.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("info")
def info() -> None:
    """Say where they are kept, how many, and how much room they take.

    Example: govern cache info
    """
    from govern.cli import settings
    from govern.ledger.cache import MOST

    kept = settings.kept()
    entries = kept.entries()
    files = sum(1 for name, _, _ in entries if name.endswith(".json"))
    size = sum(size for _, size, _ in entries)
    show(
        f"{kept.folder}\n{files} bill file{'' if files == 1 else 's'}, {_told(size)} of at most "
        f"{_told(MOST)}\nThey hold what the bills hold: account and key ids, amounts, times.\n"
    )


@app.command("clear")
def clear() -> None:
    """Delete all of them.

    Example: govern cache clear
    """
    from govern.cli import settings

    kept = settings.kept()
    files = sum(1 for name, _, _ in kept.entries() if name.endswith(".json"))
    try:
        kept.clear()
    except OSError as error:
        raise GovernError("file", f"{kept.folder}: {error.strerror or error}") from None
    show(f"{files} bill file{'' if files == 1 else 's'} forgotten\n")


def _told(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
