"""Where data lives, known without loading anything heavy: the console's first frame must not wait for settings."""

from __future__ import annotations

import os
import sqlite3
import tomllib
from collections.abc import Mapping
from pathlib import Path

PREFIX = "TILLBRIDGE_"
DATABASE = "tillbridge.db"
SETTINGS = "settings.toml"
_THEME = "theme"


def default_data_dir(environment: Mapping[str, str] | None = None) -> Path:
    """``TILLBRIDGE_DATA_DIR``, else the place the desktop standard names for this user."""
    known = os.environ if environment is None else environment
    if chosen := known.get(f"{PREFIX}DATA_DIR"):
        return Path(chosen).expanduser()
    base = known.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(base).expanduser() / "tillbridge"


def nothing_connected(data_dir: Path) -> bool:
    """Whether this is a first start: no database yet, or one without a connection. A shared database never is."""
    if os.environ.get(f"{PREFIX}DATABASE_URL"):
        return False
    path = data_dir / DATABASE
    if not path.exists():
        return True
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            return bool(connection.execute("SELECT count(*) FROM connection").fetchone() == (0,))
        finally:
            connection.close()
    except sqlite3.Error:
        # opening it properly will say what is wrong
        return False


def theme(data_dir: Path) -> str:
    """The console's theme: by environment, else the one last chosen on this machine, else the settings file's."""
    if named := os.environ.get(f"{PREFIX}THEME"):
        return named
    try:
        return (data_dir / _THEME).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        pass
    try:
        return str(tomllib.loads((data_dir / SETTINGS).read_text(encoding="utf-8")).get("theme", ""))
    except (OSError, ValueError):
        # loading the settings will say what is wrong
        return ""


def keep_theme(data_dir: Path, name: str) -> None:
    """Start with this theme next time. Raises OSError where the folder cannot be written."""
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / _THEME).write_text(f"{name}\n", encoding="utf-8")
