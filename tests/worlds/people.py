"""What people write on a checklist: the truth, too early, too late, and things that are not so."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from worlds.world import PLAN, Key, World


def ticks(
    chance: random.Random, world: World, keys: Mapping[str, Key], ids: list[str], now: datetime
) -> dict[str, datetime]:
    """Instants by step id. ``keys``: the key behind each step that is about one."""
    return {
        id: min(at, now) for id in ids if (at := _tick(chance, world, keys.get(id))) is not None
    }


def _tick(chance: random.Random, world: World, key: Key | None) -> datetime | None:
    truly = (key.stopped if key else world.over) or world.over
    if world.honest:
        return truly
    mood = chance.random()
    if mood < 0.5:
        return truly
    if mood < 0.65:
        return truly - timedelta(seconds=chance.randrange(3 * 86400))
    if mood < 0.9:
        return truly + timedelta(seconds=chance.randrange(5 * 86400))
    return None if mood < 0.95 else PLAN
