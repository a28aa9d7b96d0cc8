"""What a run uses: flag before environment before govern.yaml before default."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from importlib import resources
from typing import TYPE_CHECKING

from govern.cli.streams import say
from govern.model.clock import BILL_CLOCK, parse_moment, parse_zone
from govern.model.config import Config
from govern.model.errors import GovernError, usage
from govern.model.folder import status

if TYPE_CHECKING:
    from govern.bill.shape import Shape
    from govern.ledger.cache import Cache
    from govern.ledger.reading import Reading
    from govern.model.directory import Directory
    from govern.model.policy import Policy
    from govern.model.waiver import Waiver

#: The environment twins of options, and no others.
POLICY = "GOVERN_POLICY"
WAIVERS = "GOVERN_WAIVERS"
INVENTORY = "GOVERN_INVENTORY"
CONFIG = "GOVERN_CONFIG"
TIMEZONE = "GOVERN_TIMEZONE"
FORMAT = "GOVERN_FORMAT"
FAIL_ON = "GOVERN_FAIL_ON"

NO_CACHE = "GOVERN_NO_CACHE"

#: How a file is known again: by its place, size and times, or by all of its bytes.
IDENTITY, CONTENT = "identity", "content"
CACHE_KEYS = (IDENTITY, CONTENT)

FAIL_ON_WORDS = ("info", "low", "medium", "high", "critical", "never")


def load(path: str | None, none: bool) -> Config:
    """govern.yaml, by flag, by variable, or found upwards from the working folder."""
    from govern.policy.config import find_config, load_config

    if none:
        return Config()
    named = path or os.environ.get(CONFIG)
    file = named or find_config(".", os.path.expanduser("~"))
    if named and not status(named, named=True):
        raise usage(f"{named}: no such config file")
    return load_config(file) if file else Config()


def bills(given: Sequence[str], config: Config) -> list[str]:
    words = list(given) or list(config.bills)
    if not words:
        raise usage("no BILL given, and no govern.yaml names one (bills:)")
    return words


@dataclass(frozen=True)
class Chosen:
    """The policies of a run; ``builtin`` if nobody configured any."""

    policies: list[Policy]
    builtin: bool

    @property
    def notes(self) -> tuple[str, ...]:
        """What who reads a verdict by them should know."""
        if not self.builtin:
            return ()
        return (
            "No policy is configured: judged by the built-in pack, which sets no money limits.",
        )


def policies(given: Sequence[str], config: Config) -> Chosen:
    """Policies by flag, variable or govern.yaml; the built-in pack where there is none."""
    from govern.policy.policies import load_policies

    paths = policy_paths(given, config)
    if paths is not None:
        return Chosen(load_policies(paths), builtin=False)
    return Chosen(load_policies([pack()]), builtin=True)


def policy_paths(given: Sequence[str], config: Config) -> list[str] | None:
    """Where policies are, by flag, variable or govern.yaml; None where nobody configured any."""
    from_environment = [p for p in os.environ.get(POLICY, "").split(os.pathsep) if p]
    paths = list(given) or from_environment or config.policies
    return None if paths is None else list(paths)


def waivers(given: Sequence[str], config: Config) -> tuple[Waiver, ...]:
    from govern.policy.waivers import load_waivers

    from_environment = [p for p in os.environ.get(WAIVERS, "").split(os.pathsep) if p]
    return tuple(load_waivers(list(given) or from_environment or list(config.waivers)))


def inventory(given: Sequence[str], config: Config) -> Directory:
    """What is known of the account, by flag, variable or govern.yaml; it may be nothing."""
    from govern.model.directory import Directory
    from govern.policy.inventory import load_inventories

    from_environment = [p for p in os.environ.get(INVENTORY, "").split(os.pathsep) if p]
    return Directory(load_inventories(list(given) or from_environment or list(config.inventory)))


def length(option: str, given: str | None, text: str | None) -> tuple[str, timedelta]:
    """A length of time as it is written and as what it means: by flag, else govern.yaml's."""
    written = given or text or ""
    meant = duration(option, written)
    assert meant is not None
    return written, meant


def duration(option: str, text: str | None) -> timedelta | None:
    """A length of time such as ``48h``, by flag or govern.yaml. Raises wrong usage."""
    from govern.model.duration import parse_duration

    if text is None:
        return None
    try:
        return parse_duration(text)
    except ValueError as error:
        raise usage(f"{option} {text}: {error}") from None


def shapes(config: Config) -> Sequence[Shape]:
    """The known export layouts, and the one that ``columns:`` of govern.yaml teaches."""
    from govern.bill.shapes import SHAPES

    if not config.columns:
        return SHAPES
    from govern.bill.shapes.taught import taught_shape

    try:
        return (*SHAPES, taught_shape(config.columns))
    except ValueError as error:
        raise usage(f"{config.path}: columns: {error}") from None


def reading(
    config: Config,
    zone: tzinfo,
    exported_at: Sequence[str] = (),
    quiet: bool = False,
    digest: bool = False,
    cache: Cache | None = None,
) -> Reading:
    """How to read bills: what govern.yaml has taught, and what the command line knows."""
    from govern.bill.exported import given
    from govern.ledger.reading import Reading

    return Reading(
        clock=zone,
        shapes=shapes(config),
        instance_ids=config.instance_ids,
        exported_at=given(exported_at),
        digest=digest,
        progress=progress(quiet),
        scratch=os.environ.get("TMPDIR") or None,
        cache=cache,
    )


def cache(none: bool = False, key: str = IDENTITY) -> Cache | None:
    """Where the sums of large files are kept: the user's own cache folder, as the system names it.

    None where it was asked to keep nothing. Raises wrong usage.
    """
    if key not in CACHE_KEYS:
        raise usage(f"--cache-key {key}: one of {', '.join(CACHE_KEYS)}")
    if none or os.environ.get(NO_CACHE, "") not in ("", "0"):
        return None
    try:
        return kept(by_content=key == CONTENT)
    except ModuleNotFoundError:
        # Where nothing can be kept the bill is read again: no reason not to judge it.
        return None


def kept(*, by_content: bool = False) -> Cache:
    """What is kept in the user's own cache folder, whether or not this run uses it."""
    import platformdirs

    from govern.ledger.cache import Cache

    folder = platformdirs.user_cache_dir("govern", appauthor=False)
    return Cache(folder, time.time_ns(), by_content)


def policy_ids(incomplete: str) -> list[str]:
    """For shell completion: ids of the policies that the working folder is configured for."""
    try:
        known = policies([], load(None, none=False)).policies
    except GovernError:
        return []
    return [policy.id for policy in known if policy.id.startswith(incomplete)]


def pack() -> str:
    """The folder of the built-in pack."""
    return str(resources.files("govern").joinpath("pack"))


def clock(given: str | None, config: Config) -> tzinfo:
    text = given or os.environ.get(TIMEZONE) or config.timezone
    if not text:
        return BILL_CLOCK
    try:
        return parse_zone(text)
    except ValueError:
        raise usage(
            f"--timezone {text}: not a time zone; write an offset (+08:00) "
            "or a name (Asia/Shanghai)"
        ) from None


def as_of(given: str | None, zone: tzinfo) -> datetime:
    """The instant a verdict speaks for, naive on the bill's clock: the one clock that is read."""
    if given is None:
        return datetime.now(UTC).astimezone(zone).replace(microsecond=0, tzinfo=None)
    try:
        return parse_moment(given).on(zone)
    except ValueError:
        raise usage(
            f"--as-of {given}: not an instant; write 2026-10-05 or 2026-10-05T12:00:00+08:00"
        ) from None


def fail_on(given: str | None, config: Config) -> str:
    word = given or os.environ.get(FAIL_ON) or config.fail_on or "low"
    if word not in FAIL_ON_WORDS:
        raise usage(f"--fail-on {word}: one of {', '.join(FAIL_ON_WORDS)}")
    return word


def selection(
    select: Sequence[str], ignore: Sequence[str], known: Sequence[Policy]
) -> Callable[[str], bool]:
    """Whether a policy id is chosen by ``--select`` and not taken out by ``--ignore``."""
    from govern.model.policy import Pattern
    from govern.model.text import nearest

    wanted = [Pattern(word.strip()) for words in select for word in words.split(",")]
    unwanted = [Pattern(word.strip()) for words in ignore for word in words.split(",")]
    ids = [policy.id for policy in known]
    faults = []
    for pattern in wanted:
        if not any(map(pattern.matches, ids)):
            near = nearest(pattern.text or "", ids)
            hint = f"; did you mean {near}?" if near else ""
            faults.append(f"--select {pattern.text}: no policy has this id{hint}")
    if faults:
        raise GovernError("usage", faults)

    def chosen(policy_id: str) -> bool:
        if wanted and not any(pattern.matches(policy_id) for pattern in wanted):
            return False
        return not any(pattern.matches(policy_id) for pattern in unwanted)

    return chosen


def progress(quiet: bool) -> Callable[[str], None]:
    """Long work says on a terminal's stderr what it is at."""
    if quiet or not sys.stderr.isatty() or os.environ.get("CI"):
        return lambda message: None
    return lambda message: say(f"{message} …")
