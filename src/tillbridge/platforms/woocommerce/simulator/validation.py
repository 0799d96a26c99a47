"""Argument checking by WordPress's rules: rest_validate_value_from_schema and its error bodies."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .wordpress import RestError, Row, Schema, as_list

_DATE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:\d\d)?)?")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def is_email(text: str) -> bool:
    """is_email()."""
    return bool(_EMAIL.fullmatch(text))


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why a value does not fit."""

    code: str
    message: str
    data: Any = None


def check_arguments(schema: Mapping[str, Schema], params: Row) -> None:
    """Raise WordPress's 400 when a required argument is missing or one does not fit its schema."""
    missing = [name for name, rule in schema.items() if rule.get("required") and params.get(name) is None]
    if missing:
        text = f"Missing parameter(s): {', '.join(missing)}"
        raise RestError("rest_missing_callback_param", text, 400, {"status": 400, "params": missing})
    faults: dict[str, _Fault] = {}
    for name, rule in schema.items():
        value = params.get(name)
        fault = None if value is None else _fault(value, rule, name)
        if fault:
            faults[name] = fault
    if faults:
        raise _invalid(faults)


def _invalid(faults: Mapping[str, _Fault]) -> RestError:
    data = {
        "status": 400,
        "params": {name: fault.message for name, fault in faults.items()},
        "details": {
            name: {"code": fault.code, "message": fault.message, "data": fault.data} for name, fault in faults.items()
        },
    }
    return RestError("rest_invalid_param", f"Invalid parameter(s): {', '.join(faults)}", 400, data)


def _fault(value: Any, rule: Schema, name: str) -> _Fault | None:
    kind = rule.get("type")
    if kind is None or (value is None and rule.get("null")):
        return None
    checker = _CHECKS[kind]
    return checker(value, rule, name)


def _wrong_type(name: str, kind: str) -> _Fault:
    return _Fault("rest_invalid_type", f"{name} is not of type {kind}.", {"param": name})


def _string(value: Any, rule: Schema, name: str) -> _Fault | None:
    if not isinstance(value, str):
        return _wrong_type(name, "string")
    choices = rule.get("enum")
    if choices and value not in choices:
        return _Fault("rest_not_in_enum", f"{name} is not one of {spoken(choices)}.")
    form = rule.get("format")
    if form == "date-time" and not _DATE.fullmatch(value):
        return _Fault("rest_invalid_date", "Invalid date.")
    if form == "email" and not is_email(value):
        return _Fault("rest_invalid_email", "Invalid email address.")
    return None


def spoken(choices: Sequence[str]) -> str:
    """wp_sprintf_l(): "a, b, and c"."""
    if len(choices) < 3:
        return " and ".join(choices)
    return f"{', '.join(choices[:-1])}, and {choices[-1]}"


def _integer(value: Any, rule: Schema, name: str) -> _Fault | None:
    amount = _numeric(value)
    if amount is None or amount != amount.to_integral_value():
        return _wrong_type(name, "integer")
    return _bounds(amount, rule, name)


def _number(value: Any, rule: Schema, name: str) -> _Fault | None:
    amount = _numeric(value)
    return _wrong_type(name, "number") if amount is None else _bounds(amount, rule, name)


def _numeric(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    if not re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", str(value)):
        return None
    return Decimal(str(value).strip())


def _bounds(amount: Decimal, rule: Schema, name: str) -> _Fault | None:
    low, high = rule.get("minimum"), rule.get("maximum")
    outside = (low is not None and amount < low) or (high is not None and amount > high)
    if not outside:
        return None
    if low is not None and high is not None:
        words = f"{name} must be between {low} (inclusive) and {high} (inclusive)"
    elif low is not None:
        words = f"{name} must be greater than or equal to {low}"
    else:
        words = f"{name} must be less than or equal to {high}"
    return _Fault("rest_out_of_bounds", words)


def _boolean(value: Any, _rule: Schema, name: str) -> _Fault | None:
    fine = isinstance(value, bool) or value in (0, 1) or str(value).lower() in ("true", "false", "0", "1")
    return None if fine else _wrong_type(name, "boolean")


def _array(value: Any, rule: Schema, name: str) -> _Fault | None:
    entries: Sequence[Any] = value if isinstance(value, list) else as_list(value)
    if isinstance(value, dict):
        return _wrong_type(name, "array")
    for position, entry in enumerate(entries):
        fault = _fault(entry, rule["items"], f"{name}[{position}]")
        if fault:
            return fault
    return None


def _object(value: Any, rule: Schema, name: str) -> _Fault | None:
    if value == "" or isinstance(value, list):
        return None
    if not isinstance(value, dict):
        return _wrong_type(name, "object")
    rules = rule.get("properties", {})
    for key, entry in value.items():
        fault = _fault(entry, rules[key], f"{name}[{key}]") if key in rules else None
        if fault:
            return fault
    return None


_CHECKS = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "array": _array,
    "object": _object,
}
