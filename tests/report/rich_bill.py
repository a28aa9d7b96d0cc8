"""A bill and an inventory with everything that ``cost``, ``audit`` and ``bill inspect`` can say.

Two months, two accounts, two currencies, Chinese names; keys in every state of an audit; one row
that can't be read, one Instance ID of no known layout; September was exported before it was final.
"""

from __future__ import annotations

import contextlib
import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path

from govern.judge.audit import audit, question
from govern.judge.audit import narrative as audit_narrative
from govern.judge.bill import inspect, inspect_narrative
from govern.judge.cost import cost
from govern.judge.cost import narrative as cost_narrative
from govern.ledger.reading import Reading, read
from govern.model.audit import AuditReport
from govern.model.clock import parse_moment
from govern.model.cost import CostReport
from govern.model.directory import Directory
from govern.model.document import Document
from govern.model.inspection import Inspection
from govern.policy import arguments
from govern.policy.inventory import load_inventories

ACCOUNT = "1234567890123456"
OTHER_ACCOUNT = "1987654321098765"
AUGUST = f"账单/八月/{ACCOUNT}-20260904093000_202608_consumedetailbillv2.csv"
SEPTEMBER = f"账单/九月/{ACCOUNT}-20261001093000_202609_consumedetailbillv2.csv"
SINGAPORE = f"账单/九月/{OTHER_ACCOUNT}-20261001093000_202609_consumedetailbillv2.csv"
INVENTORY = "账单/inventory.yaml"

#: A day before September's bill is final.
AS_OF = datetime(2026, 10, 2)

_HEADER = (
    "资源购买账号ID,资源归属账号ID,账单月份,消费时间,费用类型,产品Code,产品名称,商品Code,商品名称,"
    "资产/资源实例ID,地域,计费项,用量,用量单位,目录总价,应付金额,定价币种"
)

# Instance ID, then the time of the month, usage with its unit, list cost and billed cost.
_MAX = "qwen3-max;context_0-128k_output_token"
_PLUS = "qwen-plus;input_token"
_AUGUST = (
    (f"20001;llm-研发;{_MAX};app;0", "12 09:30", "2500 千tokens", "60", "48"),
    (f"20003;llm-客服;{_PLUS};app;0", "20 11:00", "900 千tokens", "0.72", "0.72"),
    ("20006;llm-研发;wan2.5-t2i;image_number;app;0", "25 08:00", "40 张", "8", "8"),
)
_SEPTEMBER = (
    (f"20001;llm-研发;{_MAX};app;0", "02 09:30", "12000 千tokens", "288", "230.4"),
    (f"20001;llm-研发;{_MAX};app;0", "28 23:59", "50 千tokens", "1.2", "0.96"),
    ("20001;llm-研发;cosyvoice-v3;tts_number;app;0", "12 10:00", "3.5 万字", "7", "7"),
    (f"20002;llm-研发;{_PLUS};assistant-api;0", "29 08:15", "700.5 千tokens", "0.5604", "0.5604"),
    (f"20002;llm-研发;{_PLUS};assistant-api;0", "30 12:05", "3 千tokens", "0.0024", "0.0024"),
    (f"20003;llm-客服;{_PLUS};app;0", "10 17:45", "1250 千tokens", "1", "1"),
    (f"20004;llm-客服;{_PLUS};app;0", "30 22:50", "8000 千tokens", "6.4", "6.4"),
    (f"20004;llm-客服;{_PLUS};app;0", "30 10:00", "1000 千tokens", "0.8", "0.8"),
    ("20005;llm-客服;qwen-turbo;input_token;app;0", "05 07:00", "30 千tokens", "0.009", "0"),
    (f";llm-研发;{_MAX};bmp;0", "08 10:00", "25 千tokens", "0.6", "0.6"),
    ("ptu-qwen3-8b-ft-0260", "05 00:00", " ", "20", "20"),
)
_SINGAPORE = (
    ("30003;ws-sg;qwen-max;output_token;app;0", "30 21:00", "15312.5 千tokens", "98", "98"),
    ("30003;ws-sg;qwen-max;output_token;app;0", "20 21:00", "31.25 千tokens", "0.2", "0.15"),
)

_KEYS = """
schema: govern.inventory/v1
collected_at: 2026-10-01T10:00:00+08:00
account_id: "1234567890123456"
complete: true
api_keys:
  - {api_key_id: 20001, name: 王小明的密钥, workspace_id: llm-研发, region_id: cn-beijing,
     owner: wang.xiaoming@example.com, disabled: true, disabled_at: 2026-09-20T18:00:00+08:00}
  - {api_key_id: 20002, name: 夜间批处理, workspace_id: llm-研发, region_id: cn-beijing,
     owner: 李雷, disabled: true, disabled_at: 2026-09-30T12:00:00+08:00}
  - {api_key_id: 20003, name: 客服机器人（旧）, workspace_id: llm-客服, region_id: cn-beijing}
  - {api_key_id: 20004, name: 客服机器人, workspace_id: llm-客服, region_id: cn-beijing,
     owner: 韩梅梅}
  - {api_key_id: 20009, name: 备用, workspace_id: llm-研发, region_id: cn-beijing, owner: 李雷}
workspaces:
  - {workspace_id: llm-研发, name: 研发部, region_id: cn-beijing, owner: 李雷}
  - {workspace_id: llm-客服, name: 客服中心, region_id: cn-beijing, owner: 韩梅梅}
  - {workspace_id: llm-空, name: 空的工作空间, region_id: cn-beijing}
"""


def _lines(
    account: str, region: str, currency: str, month: str, charges: Sequence[Sequence[str]]
) -> list[list[str]]:
    lines = []
    for instance_id, time, used, listed, billed in charges:
        usage, _, unit = used.partition(" ")
        lines.append(
            [
                *(account, account, month, f"{month}-{time}:00", "云资源按量费用"),
                *("sfm", "大模型服务平台百炼", "sfm_inference_public_cn", "百炼大模型推理"),
                *(instance_id, region, "大模型文本消耗量", usage, unit, listed, billed, currency),
            ]
        )
    return lines


def _file(folder: Path, name: str, rows: Sequence[Sequence[str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([_HEADER.split(","), *rows])
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.getvalue(), encoding="utf-8")


def _write(folder: Path) -> None:
    beijing = (ACCOUNT, "华北2（北京）", "CNY")
    month = _lines(*beijing, "2026-09", _SEPTEMBER)
    refund = list(month[4])
    refund[4], refund[12:16] = "退款", ["", "", "", "-0.5"]
    gift = list(month[6])
    gift[4], gift[15] = "赠送", "0.25"
    unreadable = list(month[0])
    unreadable[15] = "十二元"
    other = list(month[0])
    other[5:10] = ["ecs", "云服务器ECS", "ecs", "云服务器ECS-包年包月", "i-1"]
    other[12:16] = ["1", "台", "35", "31.68"]
    _file(folder, AUGUST, _lines(*beijing, "2026-08", _AUGUST))
    _file(folder, SEPTEMBER, [*month, refund, gift, unreadable, other])
    _file(folder, SINGAPORE, _lines(OTHER_ACCOUNT, "新加坡", "USD", "2026-09", _SINGAPORE))
    (folder / INVENTORY).write_text(_KEYS, encoding="utf-8")


@contextlib.contextmanager
def written() -> Iterator[None]:
    """The working folder holds the bill and its inventory for as long as this lasts."""
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder))
        with contextlib.chdir(folder):
            yield


WORDS = (AUGUST, SEPTEMBER, SINGAPORE)


def _directory() -> Directory:
    return Directory(load_inventories([INVENTORY]))


@cache
def costs(by: str, top: int = 0, compare: str | None = None, where: str = "") -> CostReport:
    """``by`` and ``where`` as on the command line; several conditions are parted by blanks."""
    with written(), read(WORDS, Reading()) as ledger:
        return cost.cost(
            ledger,
            cost.Question(
                as_of=AS_OF,
                by=arguments.columns([by]),
                where=arguments.conditions(where.split()),
                top=top,
                compare=compare,
                max_rejects=1,
                directory=_directory(),
            ),
        )


@cache
def audited() -> AuditReport:
    with written(), read(WORDS, Reading()) as ledger:
        stop = parse_moment("2026-09-10T18:00:00+08:00")
        return audit.audit(
            ledger,
            question.Question(
                as_of=AS_OF,
                stopped_at=(("llm-客服/20003", stop),),
                max_rejects=1,
                directory=_directory(),
            ),
        )


@cache
def inspected() -> Inspection:
    with written(), read(WORDS, Reading()) as ledger:
        return inspect.inspect(ledger, AS_OF, max_rejects=0)


def rich_cost() -> Document:
    """September against August, the dearest three of each currency and the rest of them."""
    report = costs("workspace_id,api_key_id", top=3, compare="2026-08")
    return cost_narrative.document(replace(report, version="1.0.0"))


def costs_by_owner() -> Document:
    report = costs("owner,model", where="month=2026-09 workspace_id!=llm-空")
    return cost_narrative.document(replace(report, version="1.0.0"))


def rich_audit() -> Document:
    return audit_narrative.document(replace(audited(), version="1.0.0"))


def rich_inspection() -> Document:
    return inspect_narrative.document(replace(inspected(), version="1.0.0"))
