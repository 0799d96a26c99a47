"""Values typed after a verb, read or refused in words: numbers and ids."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from uuid import UUID

from tillbridge.domain.errors import InvalidInput
from tillbridge.messages import text


def number(field: str, given: str) -> Decimal:
    """A plain number. Raises InvalidInput."""
    try:
        value = Decimal(given)
    except InvalidOperation as error:
        raise InvalidInput(field=field, reason=text("cli.no_number", given=given)) from error
    if not value.is_finite():
        raise InvalidInput(field=field, reason=text("cli.no_number", given=given))
    return value


def record_id(field: str, given: str) -> UUID:
    """An id as a list shows it. Raises InvalidInput."""
    try:
        return UUID(given)
    except ValueError as error:
        raise InvalidInput(field=field, reason=text("cli.no_id", given=given)) from error
