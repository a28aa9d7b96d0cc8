"""What a bill doesn't tell the service of could be any step's own: no proof is given over it."""

from __future__ import annotations

from pathlib import Path

import pytest
from bills import other, timed
from later_bills import charge, planned, proved, result, ticked

from govern.model.verification import StepResult

#: The month in which it stopped, and its export once it is final.
SEPTEMBER = "100-20261004000000_202609_consumedetailbillv2.csv"
STOP, LATER = "2026-09-20T08:00:00", "2026-09-22 10:00:00"

#: Steps about a service, and the commodity code that tells it.
SERVICES = {
    "cancel_training.llm-a.cn-beijing": "sfm_training_public_cn",
    "cancel_batch.llm-a.cn-beijing": "sfm_batch_public_cn",
    "take_offline.llm-a.cn-beijing": "sfm_deployment_public_cn",
    "delete_knowledge_base.llm-a.cn-beijing": "sfm_knowledge_public_cn",
    "stop_web_search.llm-a.cn-beijing": "sfm_search_public_cn",
}
every_service = pytest.mark.parametrize("step", SERVICES)


def later(
    instance: str = "what-is-this",
    *,
    at: str = LATER,
    code: str = "",
    account: str = "100",
    region: str = "cn-beijing",
    item: str = "PayAsYouGoBill",
) -> str:
    """A later charge of Model Studio; nothing but its commodity could tell the service."""
    return timed(at, instance, code=code, amount="3", item=item, payer=account, region=region)


def after(folder: Path, step: str, *rows: str, wish: str = "workspace=llm-a") -> StepResult:
    """The step's result where these rows are charged, and ``step`` was ticked at STOP."""
    before = charge("2026-09-05 10:00:00", code=SERVICES[step])
    checklist = ticked(planned(folder, [before], wish), STOP)
    bill = [before, *rows, other("2026-09-30 23:00:00")]
    return result(proved(folder, checklist, {SEPTEMBER: bill}), step)


@every_service
def test_without_a_later_charge_it_is_proved(tmp_path: Path, step: str) -> None:
    assert after(tmp_path, step).state == "proved"


@every_service
def test_a_charge_of_unknown_service_could_be_any_service_s(tmp_path: Path, step: str) -> None:
    found = after(tmp_path, step, later())
    assert found.state == "waiting"
    assert "1 later charge of its account could be its own" in found.reason


@every_service
@pytest.mark.parametrize(
    ("instance", "state"),
    [("llm-a!cn-beijing!ft-1", "waiting"), ("llm-b!cn-beijing!ft-1", "proved")],
)
def test_where_it_names_a_workspace_it_is_not_another_s(
    tmp_path: Path, step: str, instance: str, state: str
) -> None:
    found = after(tmp_path, step, later(instance))
    assert found.state == state
    if state == "waiting":
        assert "neither commodity nor Instance ID tells the service" in found.reason
        assert "instance_ids:" not in found.reason


@every_service
@pytest.mark.parametrize(
    ("row", "state"),
    [
        (later(at="2026-09-20 07:59:59"), "proved"),
        (later(at="2026-09-20 08:14:59"), "proved"),
        (later(at="2026-09-20 08:15:00"), "waiting"),
        (later(account="200"), "proved"),
        (later(region="us-east-1"), "proved"),
        (later(region=""), "waiting"),
        (later(item="SubscriptionOrder"), "proved"),
        # a call's Instance ID tells that it is inference
        (later("9;llm-a;qwen-max;output_token;app;0"), "proved"),
    ],
)
def test_what_is_known_of_it_decides_first(tmp_path: Path, step: str, row: str, state: str) -> None:
    assert after(tmp_path, step, row).state == state


@every_service
def test_where_everything_was_to_stop_it_is_a_leak_of_that_and_no_step_is_proved(
    tmp_path: Path, step: str
) -> None:
    assert after(tmp_path, step, later(), wish="all").state == "waiting"


@every_service
def test_inference_of_no_known_layout_could_be_batch_only(tmp_path: Path, step: str) -> None:
    found = after(tmp_path, step, later(code="sfm_inference_public_cn"))
    assert found.state == ("waiting" if step.startswith("cancel_batch") else "proved")


def test_inference_of_a_known_layout_is_no_batch(tmp_path: Path) -> None:
    call = charge(LATER, "9", workspace="llm-b")
    assert after(tmp_path, "cancel_batch.llm-a.cn-beijing", call).state == "proved"
