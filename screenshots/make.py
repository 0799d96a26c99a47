"""Draws every panel from a made-up shop: ``make screenshots``. Takes names of scenes; ``--png FOLDER`` to look."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
from pathlib import Path

PICTURES = Path(__file__).resolve().parent
sys.path.insert(0, str(PICTURES.parent))

import structlog  # noqa: E402
from tests.console.scenes import SCENES, pictures  # noqa: E402


def to_png(svg: str) -> bytes:
    """The same picture for eyes that read no SVG."""
    import resvg_py  # noqa: PLC0415  only here

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=1))


async def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("names", nargs="*", help="scenes to draw; all when none is named")
    arguments.add_argument("--png", type=Path, help="draw PNG into this folder instead")
    given = arguments.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    for scene in SCENES:
        if given.names and scene.name not in given.names:
            continue
        with tempfile.TemporaryDirectory() as folder:
            drawn = await pictures(scene, Path(folder))
        for name, svg in drawn.items():
            if given.png:
                (given.png / f"{name}.png").write_bytes(to_png(svg))
            else:
                (PICTURES / f"{name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
