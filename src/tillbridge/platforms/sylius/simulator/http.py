"""Calls and answers as API Platform makes them: content types, JSON-LD and plain JSON, and both forms of error."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import JSONResponse, Response

from .state import Row, Shop

JSON_LD, JSON, MERGE_PATCH = "application/ld+json", "application/json", "application/merge-patch+json"
_PROBLEM = "application/problem+json; charset=utf-8"


@dataclass(slots=True)
class Call:
    """One request. ``channel`` is that of its host; ``words`` are the parts of its path."""

    shop: Shop
    method: str
    path: str
    words: dict[str, str]
    query: list[tuple[str, str]]
    accept: str
    content_type: str
    raw: bytes
    channel: Row
    body: Any = None

    def first(self, name: str) -> str | None:
        """The first value of a query name."""
        return next((value for key, value in self.query if key == name), None)

    def every(self, name: str) -> list[str]:
        """The values of a name, written once or as a list."""
        return [value for key, value in self.query if key in (name, f"{name}[]")]

    @property
    def linked(self) -> bool:
        return JSON_LD in self.accept or self.accept in ("", "*/*")


@dataclass(frozen=True, slots=True)
class Reply:
    """A status and a JSON-LD body; plain JSON is made of it on the way out. Body None: nothing."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Reply]


class ApiError(Exception):
    """A refusal in the API's own form; ``violations`` are (path, message, code)."""

    def __init__(self, status: int, detail: str, violations: list[tuple[str, str, str | None]] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.violations = status, detail, violations


class FirewallError(Exception):
    """A refusal from outside the API: ``{"code", "message"}``."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


def not_found() -> ApiError:
    """The API's word for a record that is not there."""
    return ApiError(404, "Not Found")


def invalid(*violations: tuple[str, str] | tuple[str, str, str]) -> ApiError:
    """422 with its single faults."""
    rows = [(each[0], each[1], each[2] if len(each) > 2 else None) for each in violations]
    detail = "\n".join(f"{path}: {message}" if path else message for path, message, _ in rows)
    return ApiError(422, detail, rows)


def api_error(error: ApiError, *, linked: bool, release: str) -> Response:
    """The answer of a refusal, in the form that was asked for."""
    if error.violations is not None:
        return _violations(error, error.violations, linked=linked, release=release)
    kind = f"/errors/{error.status}"
    plain: Row = {"title": "An error occurred", "detail": error.detail, "status": error.status, "type": kind}
    if not linked:
        return JSONResponse(plain, error.status, media_type=_PROBLEM)
    body: Row = {"@context": "/api/v2/contexts/Error", "@id": f"/api/v2/errors/{error.status}", "@type": "hydra:Error"}
    body |= {"detail": error.detail, "status": error.status, "type": kind}
    body |= {"hydra:description": error.detail, "hydra:title": "An error occurred"}
    if release == "2.0":
        body |= {"title": "An error occurred", "description": error.detail}
    return JSONResponse(body, error.status, media_type=_PROBLEM)


def _violations(error: ApiError, rows: list[tuple[str, str, str | None]], *, linked: bool, release: str) -> Response:
    codes = [code or "" for _, _, code in rows]
    single = f"{len(error.detail):016x}".ljust(32, "0") if not codes[0] else codes[0]
    name = single if len(rows) == 1 else ";".join(f"{at}={code}" for at, code in enumerate(codes))
    kind = f"/validation_errors/{name}"
    told = [{"propertyPath": path, "message": message, "code": code} for path, message, code in rows]
    body: Row = {"status": error.status, "violations": told, "detail": error.detail, "type": kind}
    if not linked:
        return JSONResponse(body | {"title": "An error occurred"}, error.status, media_type=_PROBLEM)
    word = "ConstraintViolationList" if release == "2.0" else "ConstraintViolation"
    head: Row = {"@context": f"/api/v2/contexts/{word}", "@id": f"/api/v2{kind}", "@type": word}
    body |= {"hydra:description": error.detail, "hydra:title": "An error occurred"}
    return JSONResponse(head | body, error.status, media_type=_PROBLEM)


def firewall_error(error: FirewallError, media_type: str = JSON) -> Response:
    """The answer of the firewall or of the router."""
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
    return JSONResponse({"code": error.status, "message": error.message}, error.status, headers, media_type=media_type)


def success(reply: Reply, *, linked: bool) -> Response:
    """A good answer; plain JSON has no keys that begin with @ and no frame around a list."""
    if reply.body is None:
        media_type = f"{JSON_LD}; charset=utf-8" if reply.status == 202 else None
        return Response(status_code=reply.status, headers=dict(reply.headers), media_type=media_type)
    body = reply.body if linked else plain(reply.body)
    media_type = f"{JSON_LD if linked else JSON}; charset=utf-8"
    return JSONResponse(body, reply.status, dict(reply.headers), media_type=media_type)


def plain(value: Any) -> Any:
    """JSON-LD without its links."""
    if isinstance(value, dict):
        if "hydra:member" in value:
            return [plain(each) for each in value["hydra:member"]]
        return {name: plain(each) for name, each in value.items() if not name.startswith("@")}
    return [plain(each) for each in value] if isinstance(value, list) else value


def decode(call: Call) -> Any:
    """The body of a call, or a 400 in the words of the serializer."""
    try:
        return json.loads(call.raw)
    except ValueError as error:
        raise ApiError(400, "Syntax error" if call.linked else "Invalid json message received") from error


def context(noun: str, row: Row) -> Row:
    """A record as the whole answer."""
    return {"@context": f"/api/v2/contexts/{noun}", **row}
