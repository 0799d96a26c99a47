"""Draws the panels of the console, from a made-up shop: ``make screenshots``.

Takes names of pictures; with ``--png FOLDER`` they are drawn there as PNG, to look at.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import re
import sys
import tempfile
from pathlib import Path

PICTURES = Path(__file__).resolve().parent
sys.path.insert(0, str(PICTURES.parent))

import structlog  # noqa: E402
from tests.console.scenes import NARROW, SCENES, Scene, console, settle  # noqa: E402

NAMES = ("home", "platforms", "tokens", "queue", "sales", "goods", "basket", "settings", "setup", "help", "conflicts")
USUAL = (100, 30)
SIZES = {"basket": NARROW}
"""The basket as a store terminal shows it."""
WEB_FONT = re.compile(r"\s*@font-face\s*\{[^}]*\}")
REFERENCE = re.compile("TB[0-9A-HJKMNP-TV-Z]{24}")
"""Keyed with a secret that each made-up shop draws anew."""
FIRA = re.compile(r"font-family:\s*Fira Code,\s*monospace")


async def draw(scene: Scene) -> str:
    """One panel as SVG; the shop lies in a folder of its own that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        async with scene.shop(place) as house:
            size = SIZES.get(scene.name, USUAL)
            async with console(house, size, training=scene.training) as pilot:
                await scene.play(pilot, house)
                pilot.app.clear_notifications()
                await settle(pilot)
                svg = pilot.app.export_screenshot(title="Tillbridge")
    return _plain(svg, place)


def _plain(svg: str, place: Path) -> str:
    """Nothing is fetched when the picture is opened, and it says nothing of the machine it was drawn on."""
    svg = REFERENCE.sub("TB7H3JQ5T8V2X9N4R6M0K1P3S5W8", svg)
    svg = FIRA.sub("font-family: Fira Code, DejaVu Sans Mono, Menlo, Consolas, monospace", WEB_FONT.sub("", svg))
    if any(each in svg for each in (str(place), place.name, str(Path.home()) + "/", "@font-face")):
        raise SystemExit("a picture names a place on this machine or a font of the web")
    return "\n".join(line.rstrip() for line in svg.strip().splitlines()) + "\n"


def to_png(svg: str) -> bytes:
    """The same picture for eyes that read no SVG."""
    import resvg_py  # noqa: PLC0415  only here

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=1))


async def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("names", nargs="*", metavar="NAME", help=f"all when none is named: {', '.join(NAMES)}")
    arguments.add_argument("--png", type=Path, metavar="FOLDER", help="draw PNG into this folder instead")
    given = arguments.parse_args()
    if unknown := sorted(set(given.names) - set(NAMES)):
        arguments.error(f"no such picture: {', '.join(unknown)}")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    for scene in SCENES:
        if scene.name not in (given.names or NAMES):
            continue
        svg = await draw(scene)
        if given.png:
            given.png.mkdir(parents=True, exist_ok=True)
            (given.png / f"{scene.name}.png").write_bytes(to_png(svg))
        else:
            (PICTURES / f"{scene.name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
