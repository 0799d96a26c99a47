"""A shop in trouble, as its web server and PHP answer then."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

_OFF = '{"errors": [{"code": 22, "message": "The PrestaShop webservice is disabled. Please activate it"}]}'


def _page(status: int, title: str) -> Response:
    return Response(
        f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n",
        status,
        media_type="text/html",
    )


OUTAGES: dict[str, Callable[[], Response]] = {
    "fatal_error": lambda: Response("", 500, media_type="text/html"),
    "database_down": lambda: _page(500, "500 Server Error"),
    "bad_gateway": lambda: _page(502, "502 Bad Gateway"),
    "webservice_off": lambda: Response(_OFF, 503, {"PSWS-Version": "0"}, media_type="application/json"),
    "too_many_requests": lambda: _page(429, "429 Too Many Requests"),
    "maintenance_page": lambda: _page(503, "Maintenance"),
}
"""By name; ``too_many_requests`` comes from hosts and shields in front of a shop, never from the shop itself."""
