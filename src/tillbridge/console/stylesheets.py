"""Where the stylesheets live: inside the package when installed from a wheel, at the top level in a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def folder() -> Path:
    """The folder of stylesheets. Raises FileNotFoundError naming both places when neither has them."""
    package = Path(__file__).parent.parent
    places = (package / "styles", package.parent.parent / "styles")
    for each in places:
        if (each / "base.tcss").is_file():
            return each
    raise FileNotFoundError(f"no stylesheets in {places[0]} nor {places[1]}")


def sheet(name: str) -> Path:
    """The absolute path of ``<name>.tcss``."""
    return folder() / f"{name}.tcss"
