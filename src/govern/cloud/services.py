"""Every service of the account, by its name: one file each, and one line here."""

from __future__ import annotations

from govern.cloud import bss, dashscope, modelstudio, sts
from govern.cloud.service import Service

SERVICES: dict[str, Service] = {
    "sts": sts.SERVICE,
    "modelstudio": modelstudio.SERVICE,
    "bss": bss.SERVICE,
    "dashscope": dashscope.SERVICE,
}
