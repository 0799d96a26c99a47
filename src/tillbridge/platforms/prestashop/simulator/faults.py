"""How the web service says no: an error list in the asked format, one plain sentence, or nothing at all."""

from __future__ import annotations

from collections.abc import Sequence

Problem = tuple[int, str]

_SOURCE = "/var/www/shop/classes/webservice/WebserviceRequest.php"
_OFFSET = "[PHP Warning #2] Trying to access array offset on value of type bool"


class Refusal(Exception):
    """``problems`` become the error list; ``text`` set: a plain answer without one. ``known`` False: version 0."""

    def __init__(
        self,
        status: int,
        *problems: Problem,
        text: str | None = None,
        challenge: bool = False,
        known: bool = True,
        versioned: bool = False,
    ) -> None:
        super().__init__(status)
        self.status, self.problems, self.text = status, problems, text
        self.challenge, self.known, self.versioned = challenge, known, versioned


def died(words: str = "") -> Refusal:
    """PHP ended in the middle: 500 with one sentence or none."""
    return Refusal(500, text=words)


def mute() -> Refusal:
    """The web service ended, but had nothing it could say."""
    return Refusal(500, text="", versioned=True)


def warned(code: int, words: str) -> Refusal:
    """A refused question, with the warnings that ride along when PHP prints them."""
    return Refusal(500, (code, words), *((3, f"{_OFFSET} ({_SOURCE}, line {line})") for line in range(1333, 1337)))


def malformed(texts: Sequence[str]) -> Refusal:
    """Input that is no XML; ``texts`` are what its parser complains about, nothing for an empty body."""
    warnings = [f"[PHP Warning #2] SimpleXMLElement::__construct(): {text} ({_SOURCE}, line 1544)" for text in texts]
    return Refusal(500, *((3, words) for words in warnings), (127, "XML error : String could not be parsed as XML"))


def invalid(model: str, name: str) -> Refusal:
    """A value the shop's validator does not take; the shop escapes its own arrow."""
    return Refusal(400, (85, f'Validation error: "Property {model}-&gt;{name} is not valid"'))
