"""Every panel, line by line, at the size of a small terminal and of a large one. Wanted changes: --snapshot-update."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.console.scenes import NARROW, SCENES, WIDE, Scene, console
from tests.console.seen import screen
from tests.support.house import House


@pytest.mark.parametrize("scene", SCENES, ids=lambda each: each.name)
async def test_a_panel_is_laid_out_as_before(scene: Scene, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    if scene.sells:
        for size in (NARROW, WIDE):
            (tmp_path / _named(size)).mkdir()
            async with scene.shop(tmp_path / _named(size)) as house:
                assert await _frame(scene, house, size) == snapshot(name=_named(size))
        return
    async with scene.shop(tmp_path) as house:
        for size in (NARROW, WIDE):
            assert await _frame(scene, house, size) == snapshot(name=_named(size))


def _named(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


async def _frame(scene: Scene, house: House, size: tuple[int, int]) -> str:
    async with console(house, size, training=scene.training) as pilot:
        await scene.play(pilot, house)
        return _without_times("\n".join(line.rstrip() for line in screen(pilot.app).splitlines()))


def _without_times(frame: str) -> str:
    """Work is done side by side, so the moments and the platform's numbers vary; the shop's secret is drawn anew."""
    frame = re.sub(r"TB[0-9A-Z]{24}", "TB" + "R" * 24, frame)
    frame = re.sub(r"(Order/|#)(\d+)", lambda found: found[1] + "n" * len(found[2]), frame)
    frame = re.sub(r"\d\d:\d\d(:\d\d)?", lambda found: "hh:mm:ss"[: len(found[0])], frame)
    return re.sub(r"req-\d+", lambda found: "req-" + "n" * (len(found[0]) - 4), frame)
