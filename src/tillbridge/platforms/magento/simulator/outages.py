"""The pages a shop shows instead of JSON: maintenance, a fatal error, what stands before it."""

from __future__ import annotations

from starlette.responses import Response

from .rest import dumps

_PAGE = """<!doctype html>
<html xmlns="http://www.w3.org/1999/xhtml" >
<head>
    <title>{title}</title>
    <meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
    <meta name="robots" content="*"/>
</head>
<body>
    <main class="page-main">
        {body}
    </main>
</body>
</html>
"""
_BUSY = (
    "<h1>Service Temporarily Unavailable</h1>\n<p>\n    The server is temporarily unable to service your request due "
    "to maintenance downtime or capacity problems.\n    Please try again later.\n</p>"
)
_ERROR = (
    "<h1>There has been an error processing your request</h1>\n    <p><em>Exception printing is disabled by default "
    "for security reasons.</em></p>\n\n    <p>Error log record number: 4c1d</p>"
)


def maintenance() -> Response:
    """503 for everything, whatever was accepted."""
    return _page(503, "Error 503: Service Unavailable", _BUSY)


def fatal_page() -> Response:
    """500 as a page."""
    return _page(500, "There has been an error processing your request", _ERROR)


def fatal_json() -> Response:
    """500 as the API says it, with the number of a report."""
    words = "Internal Error. Details are available in Magento log file. Report ID: webapi-6554a0c1d2e3f"
    return Response(dumps({"message": words}), 500, media_type="application/json")


def too_many() -> Response:
    """429 of the limiter: no word about when."""
    return Response(dumps({"message": "Too Many Requests", "trace": None}), 429, media_type="application/json")


def _page(status: int, title: str, body: str) -> Response:
    return Response(_PAGE.format(title=title, body=body), status, media_type="text/html")
