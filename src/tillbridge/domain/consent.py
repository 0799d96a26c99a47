"""Consent given in a browser: the page a platform declares, and the code in what comes back from it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter
from urllib.parse import parse_qs, urlencode, urlsplit

from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.tokens import Secret

_WHERE = "the consent page"


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """A page on which the shop's owner allows access, in any browser on any machine (RFC 6749, section 4.1).

    ``path`` lies on the origin of ``role``; ``asks`` is its query, whose values may name form fields in braces.
    ``answer`` is the field for what comes back, ``redirect`` the one that says where the browser goes, if there is one.
    """

    setup: str
    role: str
    path: str
    asks: Mapping[str, str] = field(hash=False)
    answer: str
    redirect: str = ""

    @property
    def needs(self) -> tuple[str, ...]:
        """The fields its query is made of."""
        return tuple(dict.fromkeys(name for value in self.asks.values() for name in fields_in(value)))

    def query(self, values: Mapping[str, str], state: str) -> str:
        """The page's query. ``state``: a random word that must come back with the answer."""
        asked = {name: value.format_map(dict(values)) for name, value in self.asks.items()}
        return urlencode({**asked, "state": state}, safe=",")


def fields_in(template: str) -> tuple[str, ...]:
    """The form fields a template names in braces."""
    return tuple(name for _, name, _, _ in Formatter().parse(template) if name)


def code_of(answer: str, state: str | None = None) -> Secret:
    """The code in what came back: the whole address the browser ended up at, its query, or the code alone.

    Raises InvalidInput when access was denied, no code is there, or ``state`` is given and the answer has another.
    """
    told = answer.strip()
    if "=" not in told.rstrip("="):
        return Secret(told)
    found = {name: values[0] for name, values in parse_qs(urlsplit(told).query or told).items()}
    if error := found.get("error"):
        raise InvalidInput(field=_WHERE, reason=f"access was not given ({error[:60]!r})")
    if state is not None and found.get("state") != state:
        raise InvalidInput(field=_WHERE, reason="this answer belongs to another request; open the page again")
    if not found.get("code"):
        raise InvalidInput(field=_WHERE, reason="its answer holds no code=")
    return Secret(found["code"])
