"""The demo: six flows on every platform, judged by the pretended stores' own books."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tillbridge.cli.demo import FLOWS
from tillbridge.platforms.registry import PlatformServiceRegistry


def test_every_flow_is_done_or_absent_with_a_reason_and_nothing_is_left_behind(
    tmp_path: Path,
) -> None:
    new = Cli(tmp_path, [])
    lines = [json.loads(each) for each in new.run("demo", "--json").stdout.splitlines()]
    wanted = [(slug, flow) for slug in PlatformServiceRegistry().slugs() for flow in FLOWS]
    assert [(each["platform"], each["flow"]) for each in lines] == wanted
    assert {each["outcome"] for each in lines} <= {"done", "absent"}
    assert all(each["detail"] for each in lines)
    assert not [each for each in lines if each["outcome"] == "absent" and "renewal" not in each["flow"]]
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith("training")] == []
    assert not (tmp_path / "tillbridge.db").exists()


@pytest.mark.soak
def test_the_demo_is_read_by_people_too(tmp_path: Path) -> None:
    printed = Cli(tmp_path, []).run("demo").stdout
    assert printed.count("●") >= len(FLOWS)
    assert "✗" not in printed
