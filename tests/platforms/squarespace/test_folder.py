"""The walls inside the platform's folder: the simulator shares nothing with the adapter, and pure modules do no I/O."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "src" / "tillbridge" / "platforms" / "squarespace"
PURE = (
    "mapping", "marks", "order_mapping", "order_writing", "rules", "spec", "steps", "wire", "words",
)  # fmt: skip
HOME = "tillbridge.platforms.squarespace"


def imported(path: Path) -> Iterator[str]:
    """Whole names of what a module imports from this package or others."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{each.name}" for each in node.names)


@pytest.mark.parametrize("path", sorted((FOLDER / "simulator").glob("*.py")), ids=lambda each: each.stem)
def test_the_simulator_shares_nothing_with_the_adapter(path: Path) -> None:
    own = [name for name in imported(path) if name.startswith("tillbridge.")]
    assert [name for name in own if not name.startswith("tillbridge.training")] == []


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_reach_for_no_wire(name: str) -> None:
    found = list(imported(FOLDER / f"{name}.py"))
    assert found
    assert [each for each in found if each.startswith(("httpx", "tillbridge.net", f"{HOME}.calls"))] == []


def test_no_other_platform_is_reached_for() -> None:
    names = [name.split(".") for path in FOLDER.glob("*.py") for name in imported(path)]
    shared = {"contract", "quarantine", "reading", "writing", "squarespace"}
    assert {parts[2] for parts in names if parts[:2] == ["tillbridge", "platforms"]} <= shared
