"""govern.yaml as it was written: what the commands use where no flag or variable says else."""

from __future__ import annotations

from dataclasses import dataclass, field

NAME = "govern.yaml"


@dataclass(frozen=True)
class Config:
    """The keys of govern.yaml. Paths are already joined to its folder; None means not given.

    ``columns`` maps a column name of an unknown export to govern's own name;
    ``instance_ids`` are extra Instance ID layouts such as ``{workspace_id}!{region_id}!{job}``.
    ``settle``, ``grace``, ``max_bill_age`` and ``quiet_time`` stay text (``48h``, ``15m``, ``7d``).
    """

    path: str | None = None
    bills: tuple[str, ...] = ()
    policies: tuple[str, ...] | None = None
    waivers: tuple[str, ...] = ()
    inventory: tuple[str, ...] = ()
    timezone: str | None = None
    fail_on: str | None = None
    settle: str | None = None
    grace: str | None = None
    max_bill_age: str | None = None
    quiet_time: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    instance_ids: tuple[str, ...] = ()
    protect: tuple[str, ...] = ()
    endpoints: dict[str, str] = field(default_factory=dict)
