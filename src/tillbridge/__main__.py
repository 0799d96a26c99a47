"""``tillbridge`` and ``python -m tillbridge``: the console with its first frame before heavy libraries, or a verb."""

from __future__ import annotations

import sys
from pathlib import Path

_TRAINING = "training"


def main() -> None:
    """Read the command line and end with its exit code."""
    if sys.argv[1:] == ["--version"]:
        from tillbridge import __version__

        sys.stdout.write(f"tillbridge {__version__}\n")
        return
    if quick := _console_only(sys.argv[1:]):
        from tillbridge.cli.console import open_console

        sys.exit(open_console(*quick))
    from tillbridge.cli.app import app

    app()


def _console_only(arguments: list[str]) -> tuple[Path | None, bool | None] | None:
    """Data directory and mode when nothing but the console is asked for: then no command line needs to be built."""
    data_dir: Path | None = None
    if arguments[:1] == ["--data-dir"] and len(arguments) >= 2:
        data_dir, arguments = Path(arguments[1]), arguments[2:]
    if arguments == [_TRAINING]:
        return data_dir, True
    return (data_dir, None) if not arguments else None


if __name__ == "__main__":
    main()
