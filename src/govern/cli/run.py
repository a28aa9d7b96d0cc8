"""What all commands share that read bills: their options, and what these come to."""

from __future__ import annotations

import inspect
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta, tzinfo
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, get_type_hints

from govern.cli import options, settings
from govern.cli import output as out
from govern.cli.streams import say

if TYPE_CHECKING:
    from govern.cli.output import Beside
    from govern.judge.check.check import Terms
    from govern.ledger.ledger import Ledger
    from govern.model.bill import BillSummary
    from govern.model.config import Config
    from govern.model.directory import Directory
    from govern.model.document import Document


@dataclass(frozen=True)
class Given:
    """The shared options as they were given; ``main`` looks for ``verbose`` by itself."""

    bill: options.Bills = None
    inventory: options.Inventories = None
    config: options.ConfigPath = None
    no_config: options.NoConfig = False
    as_of: options.AsOf = None
    timezone: options.Zone = None
    exported_at: options.ExportedAt = None
    format: options.FormatName = None
    output: options.Outputs = None
    max_rejects: options.MaxRejects = 0
    digest: options.Digest = False
    redact: options.Redact = False
    exact: options.Exact = False
    no_cache: options.NoCache = False
    cache_key: options.CacheKey = settings.IDENTITY
    quiet: options.Quiet = False
    verbose: options.Verbose = False


class Run:
    """One run: what was given, with the environment, govern.yaml and the defaults behind it.

    Everything raises wrong usage when it is asked for, before any bill is read.
    """

    def __init__(
        self, given: Given, offered: Sequence[str], usual: str, named: bool = True
    ) -> None:
        """``named``: whether inventories are read, since the command asks what names they give."""
        self.given = given
        self._named = named
        self._secret: bytes | None = None
        format = given.format or os.environ.get(settings.FORMAT) or usual
        self.asked = bool(given.format or os.environ.get(settings.FORMAT))
        self.stdout, self.files = out.formats_of(format, given.output or [], offered)

    def must_fit(self, offered: Sequence[str]) -> None:
        """Raise wrong usage if what is asked for is another document than the command's own, and
        a format makes no sense for it."""
        out.must_fit([self.stdout, *(name for name, _ in self.files)], offered)

    @cached_property
    def config(self) -> Config:
        return settings.load(self.given.config, self.given.no_config)

    @cached_property
    def bills(self) -> Sequence[str]:
        """The words that name bills; there may be none."""
        return self.given.bill or self.config.bills

    @cached_property
    def clock(self) -> tzinfo:
        return settings.clock(self.given.timezone, self.config)

    @cached_property
    def as_of(self) -> datetime:
        return settings.as_of(self.given.as_of, self.clock)

    @cached_property
    def directory(self) -> Directory:
        from govern.model.directory import Directory

        if not self._named:
            return Directory(())
        return settings.inventory(self.given.inventory or [], self.config)

    @property
    def max_bill_age(self) -> timedelta | None:
        return settings.duration("max_bill_age", self.config.max_bill_age)

    def settle(self, given: str | None) -> tuple[str, timedelta]:
        return settings.length("--settle", given, self.config.settle or "48h")

    def grace(self, given: str | None) -> tuple[str, timedelta]:
        return settings.length("--grace", given, self.config.grace or "15m")

    def terms(self) -> Terms:
        """What every judging by policies minds; a command says the rest of its own."""
        from govern.judge.check.check import Terms

        return Terms(
            as_of=self.as_of,
            max_rejects=self.given.max_rejects,
            max_bill_age=self.max_bill_age,
            directory=self.directory,
            settle=self.settle(None)[1],
        )

    @contextmanager
    def read(self, *, digest: bool = False) -> Iterator[Ledger]:
        """The bills as a ledger. ``digest``: their files are named by their bytes in any case."""
        from govern.ledger.reading import read
        from govern.ledger.salt import salt

        how = settings.reading(
            self.config,
            self.clock,
            self.given.exported_at or [],
            self.given.quiet,
            digest or self.given.digest,
            settings.cache(self.given.no_cache, self.given.cache_key),
        )
        begun = time.perf_counter()
        with read(settings.bills(self.bills, self.config), how) as ledger:
            was_read = time.perf_counter()
            if self.given.redact:
                self._secret = salt(ledger)
            yield ledger
            judged = time.perf_counter()
        if self.given.verbose:
            rows = sum(file.rows for file in ledger.files)
            say(
                f"{rows:,} rows: read in {was_read - begun:.2f} s, "
                f"judged in {judged - was_read:.2f} s"
            )

    def inputs(self, bill: BillSummary | None = None) -> list[str]:
        """What was read: bills as given and as found, inventories."""
        found = [*self.bills, *(one.path for one in self.directory.inventories)]
        return found + [one.path for one in bill.files] if bill else found

    def end(
        self,
        document: Document,
        inputs: Iterable[str] = (),
        bill: BillSummary | None = None,
        beside: Iterable[Beside] = (),
        short: Document | None = None,
        next: Sequence[str] = (),
    ) -> NoReturn:
        """Write what was found, and exit. ``inputs``: what was read but bills and inventories.

        ``short``: what stdout says where a file was written and no format was asked for.

        ``beside``: documents but those, whose words this one may hold. ``next``: commands that go
        on from here.
        """
        out.end(
            document,
            self.stdout,
            self.files,
            [*self.inputs(bill), *inputs],
            quiet=self.given.quiet,
            secret=self._secret,
            beside=[*self.directory.inventories, *beside],
            short=short if self.files and not self.asked else None,
            exact=self.given.exact,
            next=next,
        )


def command(
    offered: Sequence[str], usual: str = "table", without: Collection[str] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A command whose first parameter is a :class:`Run`, made of the shared options.

    ``offered``: what its document offers to formats; ``usual``: the one of stdout. ``without``:
    shared options that it doesn't have. A body that declares ``bill`` itself says how bills are
    asked for.
    """

    def made(body: Callable[..., None]) -> Callable[..., None]:
        hints = get_type_hints(body, include_extras=True)
        _, *own = inspect.signature(body).parameters.values()
        declared = {parameter.name for parameter in own}
        shared = [one for one in fields(Given) if one.name not in {*without, *declared}]
        types = get_type_hints(Given, include_extras=True)
        types["format"] = Annotated[str | None, options.format_option(offered, usual)]
        types["output"] = Annotated[list[str] | None, options.output_option(offered)]

        @wraps(body)
        def called(**words: Any) -> None:
            given = Given(**{one.name: words.pop(one.name) for one in shared})
            if "bill" in declared:
                given = replace(given, bill=words["bill"])
            body(Run(given, offered, usual, "inventory" not in without), **words)

        asked = [one.replace(annotation=hints[one.name]) for one in own]
        keyword = inspect.Parameter.KEYWORD_ONLY
        asked += [
            inspect.Parameter(one.name, keyword, default=one.default, annotation=types[one.name])
            for one in shared
        ]
        # What must be given comes first, then the bills, then each command's own options.
        asked.sort(key=lambda one: (one.default is not inspect.Parameter.empty, one.name != "bill"))
        called.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [one.replace(kind=keyword) for one in asked]
        )
        called.__annotations__ = {one.name: one.annotation for one in asked}
        return called

    return made
