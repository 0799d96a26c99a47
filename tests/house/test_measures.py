"""The measures of the house: sizes, names and words that import contracts cannot see."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "tillbridge"
MODULES = sorted(SOURCE.rglob("*.py"))
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "core", "functions", "tools"}
PLATFORM_NAMES = re.compile(
    r"shopify|woo_?commerce|bigcommerce|magento|sylius|prestashop|squarespace|(?<![a-z])wix(?![a-z])", re.IGNORECASE
)
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_STYLE = 400, 50, 150


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_is_small_and_says_what_lives_in_it(module: Path) -> None:
    text = module.read_text()
    tree = ast.parse(text)
    assert len(text.splitlines()) <= LONGEST_FILE
    long = [f.name for f in functions(tree) if (f.end_lineno or 0) - f.lineno + 1 > LONGEST_FUNCTION]
    assert not long, f"functions over {LONGEST_FUNCTION} lines: {long}"
    assert module.stem not in DRAWERS
    if text.strip():
        assert ast.get_docstring(tree), "no module docstring"


@pytest.mark.parametrize("style", sorted((ROOT / "styles").glob("*.tcss")), ids=lambda path: path.name)
def test_a_stylesheet_is_small_and_uses_theme_colours_only(style: Path) -> None:
    text = style.read_text()
    assert len(text.splitlines()) <= LONGEST_STYLE
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?=[^{]*;)|\brgba?\(", text)


def test_platforms_are_named_at_home_only() -> None:
    def names_one(path: Path) -> bool:
        return bool(PLATFORM_NAMES.search(path.read_text()))

    home = SOURCE / "platforms"
    enum = SOURCE / "domain" / "specs.py"
    outside = [path for path in SOURCE.rglob("*") if path.suffix in (".py", ".toml") and home not in path.parents]
    assert [str(path) for path in outside if path != enum and names_one(path)] == []


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {name_of(path): imports_of(path) for path in MODULES}
    graph = {name: {other for other in others if other in graph} for name, others in graph.items()}
    assert cycle(graph) is None


def name_of(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> set[str]:
    """Modules imported when this one is; names imported from a package count as its modules too."""
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            within = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = {name for name in within if (SOURCE.parent / name.replace(".", "/")).with_suffix(".py").exists()}
            found |= modules or {node.module}
    return found - {name_of(path)}


def cycle(graph: dict[str, set[str]]) -> list[str] | None:
    done: set[str] = set()

    def walk(name: str, way: list[str]) -> list[str] | None:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return None
        for other in sorted(graph[name]):
            if found := walk(other, [*way, name]):
                return found
        done.add(name)
        return None

    return next((found for name in sorted(graph) if (found := walk(name, []))), None)


HEAVY = ("tortoise", "httpx", "pydantic", "cryptography", "starlette", "structlog", "textual")


@pytest.mark.parametrize("arguments", [["--version"], ["--help"]])
def test_a_short_answer_loads_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys; sys.argv = ['tillbridge', *sys.argv[1:]]\n"
        "from tillbridge.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('LOADED', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    assert run.stdout.strip().endswith("LOADED []"), run.stdout[-300:]
