"""The group of all verbs: a wrong command with --json ends with a card in JSON as well. cli.app builds on it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from tillbridge.cli.output import show_error
from tillbridge.domain.errors import InvalidInput
from tillbridge.messages import text

_WrongCommand: type[Exception] = typer.BadParameter.__bases__[0]
"""What every usage error derives from; its own module is private to the library."""


class Verbs(TyperGroup):
    """Ends with 2 for a wrong command and 1 for a question answered with no, in JSON when that was asked for."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        given = list(sys.argv[1:] if args is None else args)
        if not standalone_mode or "--json" not in given:
            return super().main(args, prog_name, complete_var, standalone_mode, windows_expand_args, **extra)
        try:
            code = super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
        except typer.Abort:
            show_error(InvalidInput(field="answer", reason=text("cli.aborted")), as_json=True)
            code = 1
        except _WrongCommand as error:
            reason = str(getattr(error, "message", error)).rstrip(".")
            show_error(InvalidInput(field="command", reason=reason), as_json=True)
            code = 2
        sys.exit(code if isinstance(code, int) else 0)
