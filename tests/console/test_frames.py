"""Every panel, line by line, at the size of a small terminal and of a large one. Wanted changes: --snapshot-update."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.console.scenes import NARROW, SCENES, WIDE, Scene, console
from tests.console.seen import screen


@pytest.mark.parametrize("scene", SCENES, ids=lambda each: each.name)
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=lambda each: f"{each[0]}x{each[1]}")
async def test_a_panel_is_laid_out_as_before(
    scene: Scene, size: tuple[int, int], tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with scene.shop(tmp_path) as house, console(house, size, training=scene.training) as pilot:
        await scene.play(pilot, house)
        frame = "\n".join(line.rstrip() for line in screen(pilot.app).splitlines())
    assert _without_times(frame) == snapshot


def _without_times(frame: str) -> str:
    """Work is done side by side, so the moments and the platform's request numbers vary."""
    frame = re.sub(r"\d\d:\d\d(:\d\d)?", lambda found: "hh:mm:ss"[: len(found[0])], frame)
    return re.sub(r"req-\d+", lambda found: "req-" + "n" * (len(found[0]) - 4), frame)
