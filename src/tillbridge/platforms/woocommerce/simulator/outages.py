"""What a client gets when the shop or its web server is down: WordPress's and nginx's own answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_JSON = "application/json; charset=UTF-8"
_HTML = "text/html; charset=UTF-8"
_PRIVATE = {
    "Expires": "Wed, 11 Jan 1984 05:00:00 GMT",
    "Cache-Control": "no-cache, must-revalidate, max-age=0, no-store, private",
}


@dataclass(frozen=True, slots=True)
class Outage:
    """A whole answer: status, type, body, extra headers."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def _dies(title: str, message: str, wants_json: bool, data: Mapping[str, Any], **extra: str) -> Outage:
    status, headers = int(data["status"]), _PRIVATE | {name.replace("_", "-"): value for name, value in extra.items()}
    if wants_json:
        code = "internal_server_error" if "error" in data else "wp_die"
        body = {"code": code, "message": message, "data": data, "additional_errors": []}
        return Outage(status, _JSON, json.dumps(body).encode(), headers)
    page = (
        '<!DOCTYPE html>\n<html dir=\'ltr\'>\n<head>\n\t<meta http-equiv="Content-Type" content="text/html; '
        f'charset=UTF-8" />\n\t<title>{title}</title>\n</head>\n<body id="error-page">\n\t'
        f'<div class="wp-die-message">{message}</div>\n</body>\n</html>\n'
    )
    return Outage(status, _HTML, page.encode(), headers)


def maintenance(wants_json: bool) -> Outage:
    """WordPress updates itself."""
    words = "Briefly unavailable for scheduled maintenance. Check back in a minute."
    return _dies("Maintenance", words, wants_json, {"status": 503}, Retry_After="600")


def database_down(wants_json: bool) -> Outage:
    """MySQL does not answer."""
    words = "<h1>Error establishing a database connection</h1>"
    return _dies("Database Error", words, wants_json, {"status": 500})


def critical_error(wants_json: bool) -> Outage:
    """A plugin died."""
    words = (
        "<p>There has been a critical error on this website.</p><p>"
        '<a href="https://wordpress.org/documentation/article/faq-troubleshooting/">'
        "Learn more about troubleshooting WordPress.</a></p>"
    )
    file = "/var/www/html/wp-content/plugins/badge/badge.php"
    words_of_php = f"Uncaught Error: Call to undefined function badge() in {file}:3"
    error = {"type": 1, "message": words_of_php, "file": file, "line": 3}
    data = {"status": 500, "error": error}
    return _dies("WordPress &rsaquo; Error", words, wants_json, data)


def _nginx(status: int, reason: str) -> Callable[[bool], Outage]:
    page = (
        f"<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n<center><h1>{status} {reason}</h1>"
        "</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
    return lambda _wants_json: Outage(status, "text/html", page.encode())


OUTAGES: Mapping[str, Callable[[bool], Outage]] = {
    "maintenance": maintenance,
    "database_down": database_down,
    "critical_error": critical_error,
    "bad_gateway": _nginx(502, "Bad Gateway"),
    "gateway_timeout": _nginx(504, "Gateway Time-out"),
    "too_many_requests": _nginx(429, "Too Many Requests"),
}
PREFIXES: Mapping[str, bytes] = {
    "byte_order_mark": b"\xef\xbb\xbf",
    "php_warning": (
        b"<br />\n<b>Warning</b>:  Undefined variable $badge in "
        b"<b>/var/www/html/wp-content/plugins/badge/badge.php</b> on line <b>5</b><br />\n"
    ),
}


def missing_page(shop_name: str) -> Outage:
    """A page of the shop that is not there."""
    title = f"<title>Page not found &#8211; {shop_name}</title>"
    page = f'<!doctype html>\n<html lang="en-US">\n<head>{title}</head>\n</html>\n'
    return Outage(404, _HTML, page.encode(), _PRIVATE)
