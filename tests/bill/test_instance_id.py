# ruff: noqa: E501
"""Instance IDs: every documented and observed layout, and any text at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govern.model.instance_id import PARTS, UNKNOWN, InstanceId, parse, taught

FIELDS = (
    "api_key_id",
    "workspace_id",
    "model",
    "meter",
    "tier",
    "channel",
    "free_quota_stop",
    "region_id",
)

EXAMPLES = [
    # documented
    ("text_token;llm-xxx;qwen-max;output_token;app", None, "llm-xxx", "qwen-max", "output_token", None, "app", None, None),
    ("12xxx;llm-xxx;qwen-max;output_token;app", "12xxx", "llm-xxx", "qwen-max", "output_token", None, "app", None, None),
    ("12xxx;llm-xxx;qwen-max;output_token;app;0", "12xxx", "llm-xxx", "qwen-max", "output_token", None, "app", "0", None),
    ("12xxx;llm-xxx; qwen3.5-plus ;context_0-128k_input_token;bmp;0", "12xxx", "llm-xxx", "qwen3.5-plus", "input_token", "0-128k", "bmp", "0", None),
    (";llm-xxx;qwen-max;output_token;app;0", "", "llm-xxx", "qwen-max", "output_token", None, "app", "0", None),
    # observed in public readers
    (";llm-33cfnl3dvbcx0dir;qwen-audio-3.1-tts-flash;tts_output_token;0", "", "llm-33cfnl3dvbcx0dir", "qwen-audio-3.1-tts-flash", "tts_output_token", None, None, "0", None),
    ("1;ws-a;model-a;input_token;app;0", "1", "ws-a", "model-a", "input_token", None, "app", "0", None),
    ("2;ws-b;model-b;input_token;bmp;1", "2", "ws-b", "model-b", "input_token", None, "bmp", "1", None),
    ("ws-demo!cn-beijing!training-job", None, "ws-demo", None, None, None, None, None, "cn-beijing"),
    # observed in exports in a public repository: what is metered may look like anything
    (";llm-a;happyhorse-1.0-i2v;1080P;bmp;0", "", "llm-a", "happyhorse-1.0-i2v", "1080P", None, "bmp", "0", None),
    ("7;llm-a;happyhorse-1.0-t2v;720P;;0", "7", "llm-a", "happyhorse-1.0-t2v", "720P", None, "", "0", None),
    ("7;llm-a;qwen3.6-plus;context_0-256k_input_token;;0", "7", "llm-a", "qwen3.6-plus", "input_token", "0-256k", "", "0", None),
    ("7;llm-a;qwen-image;images;;0", "7", "llm-a", "qwen-image", "images", None, "", "0", None),
    (";llm-a;qwen-image-edit;times;bmp;0", "", "llm-a", "qwen-image-edit", "times", None, "bmp", "0", None),
    # six parts whose flag is empty
    ("7;llm-a;qwen-max;output_token;app;", "7", "llm-a", "qwen-max", "output_token", None, "app", "", None),
    # five parts: one that could be a resolution is what it stands for
    (";llm-a;happyhorse-1.0-i2v;1080P;0", "", "llm-a", "happyhorse-1.0-i2v", "1080P", None, None, "0", None),
    ("7;llm-a;qwen-max;output_token;", "7", "llm-a", "qwen-max", "output_token", None, "", None, None),
    ("text_token;llm-a;qwen-max;output_token;0", None, "llm-a", "qwen-max", "output_token", None, None, "0", None),
    # six parts have a key, whatever it is called
    ("text_token;llm-a;qwen-max;output_token;app;0", "text_token", "llm-a", "qwen-max", "output_token", None, "app", "0", None),
    # a resolution that isn't beside a billing type is no part of its own
    ("7;llm-a;wan2.2;1080P;720P;0", "7", "llm-a", "wan2.2", "1080P", None, "720P", "0", None),
    # a resolution part beside the billing type is taken out
    ("7;llm-a;wan2.2;1080P;video_ratio;bmp;0", "7", "llm-a", "wan2.2", "video_ratio", None, "bmp", "0", None),
    ("7;llm-a;wan2.2;video_ratio;720P;bmp;", "7", "llm-a", "wan2.2", "video_ratio", None, "bmp", "", None),
    ("7;llm-a;wan2.2;video_ratio;720P;app;0", "7", "llm-a", "wan2.2", "video_ratio", None, "app", "0", None),
    ("7;llm-a;wan2.2;video_ratio;app;720P;0", "7", "llm-a", "wan2.2", "video_ratio", None, "app", "0", None),
    # what separates the parts of training may stand in a call's model
    ("7;llm-a;my!own!model;output_token;app;0", "7", "llm-a", "my!own!model", "output_token", None, "app", "0", None),
    ("7;llm-a;wan2.2;video_ratio;1080P;0", "7", "llm-a", "wan2.2", "video_ratio", None, None, "0", None),
    # a fine-tuned model, a reserved one, an unknown channel and meter
    ("7;llm-a;qwen3-8b-ft-202511132025-0260;x_number;robot;1", "7", "llm-a", "qwen3-8b-ft-202511132025-0260", "x_number", None, "robot", "1", None),
    ("image_number;llm-a;wanx;image_number;app", None, "llm-a", "wanx", "image_number", None, "app", None, None),
]  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=[example[0] for example in EXAMPLES])
def test_a_known_layout_gives_its_parts(example: tuple[str | None, ...]) -> None:
    text, *expected = example
    assert text is not None
    parsed = parse(text)
    assert [getattr(parsed, field) for field in FIELDS] == expected
    assert parsed.layout != UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        "",
        ";;;;;",
        "12345",
        "12345;qwen-max;output_token;app;0",
        "12345;llm-;qwen-max;output_token;app;0",
        "1;llm-a;m;output_token;app;2",
        "1;llm-a;m;video_ratio;720P;app",
        "1;llm-a;m;video_ratio;720P;app;2",
        "1;llm-a;m;video_ratio;standard;app;0",
        "1;llm-a;m;720P",
        "1;llm-a;m;output_token",
        "1;llm-a;m;output_token;app;0;extra",
        "ws-demo!cn-beijing",
        "demo!cn-beijing!job",
        "ws-demo!!job",
        "llm-a;12345;m;output_token;app;0",
        "codingplan-cn-abc123",
        "1；llm-a；m；output_token；app；0",
        "1;llm-a;" + "m" * 3000 + ";output_token;app;0",
    ],
)
def test_anything_else_is_no_known_layout(text: str) -> None:
    assert parse(text).layout == UNKNOWN


def test_what_is_longer_than_2000_characters_is_no_instance_id() -> None:
    call, job = "1;llm-a;{};output_token;app;0", "{}#cn-beijing#j1"
    learn = taught(["{workspace_id}#{region_id}#{job}"])
    for length, known in ((2000, True), (2001, False)):
        calls = call.format("m" * (length + 2 - len(call)))
        jobs = job.format("w" * (length + 2 - len(job)))
        assert len(calls) == len(jobs) == length
        assert (parse(calls).layout != UNKNOWN) is known
        assert (learn(jobs).layout != UNKNOWN) is known


@given(st.text())
def test_any_text_is_parsed_or_left_alone(text: str) -> None:
    parsed = parse(text)
    if parsed.layout == UNKNOWN:
        assert parsed == InstanceId(UNKNOWN)
    else:
        assert parsed.workspace_id is not None
        assert parsed.workspace_id in text


_part = st.text(st.characters(blacklist_characters=";!", blacklist_categories=("Cs", "Zs", "Cc")))


_meter = _part | st.sampled_from(["1080P", "480p", "images", "times", "output_token"])


@given(key=st.from_regex(r"[0-9]{1,19}", fullmatch=True), model=_part, meter=_meter, channel=_part)
def test_what_is_packed_comes_out(key: str, model: str, meter: str, channel: str) -> None:
    for part in (model, meter, channel):
        if part != part.strip() or part.startswith("context_"):
            return
    if meter.endswith("_token") and channel.rstrip("pP").isdigit():
        return
    parsed = parse(f"{key};llm-w;{model};{meter};{channel};1")
    assert (parsed.api_key_id, parsed.model, parsed.meter) == (key, model, meter)
    assert (parsed.channel, parsed.free_quota_stop) == (channel, "1")


def test_a_layout_can_be_taught() -> None:
    learn = taught(["{workspace_id}#{region_id}#{job}", "dep-{workspace_id}/{model}"])
    assert learn("llm-a#cn-beijing#j1").region_id == "cn-beijing"
    assert learn("dep-llm-a/qwen").model == "qwen"
    assert learn("something else").layout == UNKNOWN
    assert learn("1;llm-a;m;output_token;app;0").api_key_id == "1"


@pytest.mark.parametrize(
    "template",
    [
        "",
        "{a}{b}",
        "x",
        "{model}{meter}",
        "{model};{model}",
        "{",
        "{model};{",
        "{model}{meter};{job}",
        "{model};}",
        "{model};{Meter}",
    ],
)
def test_a_template_that_could_mean_several_things_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        taught([template])


def test_the_parts_that_can_be_taught_are_those_of_an_instance_id() -> None:
    assert set(PARTS) == set(FIELDS) - {"tier"}
