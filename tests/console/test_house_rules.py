"""What holds for every panel: styles, actions, words and themes."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tillbridge.console import actions, formats, themes
from tillbridge.console.app import panel_class
from tillbridge.domain.money import Money

ROOT = Path(__file__).resolve().parents[2]
SHEETS = sorted((ROOT / "styles").glob("*.tcss"))
CONSOLE = ROOT / "src" / "tillbridge" / "console"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda each: each.name)
def test_a_stylesheet_is_short_and_names_no_colour(sheet: Path) -> None:
    words = sheet.read_text()
    assert len(words.splitlines()) <= 150
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?!\s*[{>,.])", re.sub(r"#[a-z-]+", "", words))
    assert not re.search(r"\b(rgb|hsl)\(", words)


def test_colours_stand_in_one_place() -> None:
    named = re.compile(r"[\"']#[0-9a-fA-F]{6}[\"']")
    assert [each.name for each in CONSOLE.rglob("*.py") if named.search(each.read_text())] == ["themes.py"]


def test_every_screen_has_its_stylesheet() -> None:
    assert {each.stem for each in SHEETS} == {"base", "modals", "setup", *actions.PANELS, *actions.ASIDE}


def test_no_key_does_two_things_on_a_panel() -> None:
    for panel in (*actions.PANELS, *actions.ASIDE, "setup"):
        keys = [key for each in (*actions.of(panel), *actions.of(actions.EVERYWHERE)) for key in each.keys.split(",")]
        assert len(keys) == len(set(keys)), panel


def test_every_action_is_there() -> None:
    for panel in (*actions.PANELS, *actions.ASIDE, "setup"):
        screen = panel_class(panel)
        missing = [each.name for each in actions.of(panel) if not hasattr(screen, f"action_{each.name}")]
        assert not missing, panel


def test_the_table_for_the_readme_names_every_action() -> None:
    table = actions.keys_table()
    assert all(f"| {each.title} |" in table for each in actions.ACTIONS)


@pytest.mark.parametrize(
    ("wanted", "colours", "no_color", "theme"),
    [
        ("harbour-light", "truecolor", False, "harbour-light"),
        ("harbour-light", "standard", False, "sixteen-colours"),
        ("no-such-theme", "256", False, "harbour-dark"),
        ("high-contrast", "truecolor", True, "sixteen-colours"),
        ("harbour-dark", None, False, "sixteen-colours"),
    ],
)
def test_the_theme_fits_the_terminal(wanted: str, colours: str | None, no_color: bool, theme: str) -> None:
    assert themes.fitting(wanted, colours, no_color) == theme


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("1234.5", "EUR", "€1,234.50"),
        ("-3", "EUR", "-€3.00"),
        ("1200", "JPY", "JP¥1,200"),
        ("1.234", "KWD", "KWD1.234"),
    ],
)
def test_money_shows_the_decimals_of_its_currency(
    amount: str, currency: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MONETARY", "LANG"):
        monkeypatch.setenv(name, "en_IE.UTF-8")
    formats.locale.cache_clear()
    formats._pattern.cache_clear()
    assert formats.money(Money(Decimal(amount), currency)).replace("\xa0", "") == shown
    formats.locale.cache_clear()
    formats._pattern.cache_clear()


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(-1, "over"), (45, "45 s"), (119, "119 s"), (121, "2 min"), (7300, "2 h 1 min"), (200_000, "2 days")],
)
def test_time_left_counts_minutes_until_two_are_left(seconds: int, shown: str) -> None:
    assert formats.left(NOW + timedelta(seconds=seconds), NOW) == shown


def test_another_day_shows_its_date() -> None:
    assert formats.clock_time(NOW, "Europe/Dublin", NOW) == "09:00"
    assert formats.clock_time(NOW - timedelta(days=1), "Europe/Dublin", NOW) == "23 Nov 09:00"
    assert formats.clock_time(None, "Europe/Dublin", NOW) == "–"


def test_the_first_frame_loads_no_heavy_library() -> None:
    look = (
        "import sys, tillbridge.console.app;"
        "print([each for each in ('tortoise', 'httpx', 'pydantic', 'cryptography', 'structlog', 'babel', 'starlette')"
        " if each in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.strip() == "[]"
