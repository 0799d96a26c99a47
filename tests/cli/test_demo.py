"""The demo: six flows on every platform, judged by the pretended stores' own books."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Cli
from tillbridge.cli.demo import FLOWS
from tillbridge.platforms.registry import PlatformServiceRegistry


def test_every_flow_is_done_or_absent_with_a_reason_on_every_platform(empty: Cli) -> None:
    lines = [json.loads(each) for each in empty.run("demo", "--json").stdout.splitlines()]
    wanted = [(slug, flow) for slug in PlatformServiceRegistry().slugs() for flow in FLOWS]
    assert [(each["platform"], each["flow"]) for each in lines] == wanted
    assert {each["outcome"] for each in lines} <= {"done", "absent"}
    assert all(each["detail"] for each in lines)
    assert not [each for each in lines if each["outcome"] == "absent" and "renewal" not in each["flow"]]


def test_the_demo_leaves_nothing_behind(tmp_path: Path) -> None:
    new = Cli(tmp_path, [])
    printed = new.run("demo").stdout
    assert printed.count("●") >= len(FLOWS)
    assert "✗" not in printed
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith("training")] == []
    assert not (tmp_path / "tillbridge.db").exists()
