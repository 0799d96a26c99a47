"""Requests against documents: what each says, which deviation excuses it, and what nothing excuses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from tests.support.contracts.evidence import Recorded, Sheet
from tests.support.contracts.places import SHARED
from tests.support.recorder import Sent


class Document(Protocol):
    """A vendor's document: whether it is about a path, and what it says against a request to it."""

    @property
    def file(self) -> Path: ...

    def covers(self, sent: Sent) -> bool: ...

    def problems(self, sent: Sent) -> Iterable[str]: ...


@dataclass(frozen=True, slots=True)
class Deviation:
    """Where our requests leave a document, and what shows that shops take it so.

    ``request``: regular expression of "METHOD path"; ``problem``: of what the document says against it. ``refused``: it
    is sent to be refused, so it excuses only what was answered with 4xx.
    """

    request: str
    problem: str
    evidence: Recorded | Sheet
    refused: bool = False

    def excuses(self, sent: Sent, words: str) -> bool:
        if self.refused and not 400 <= sent.status < 500:
            return False
        asked = re.fullmatch(self.request, f"{sent.method} {sent.path}")
        return asked is not None and re.fullmatch(self.problem, words, re.DOTALL) is not None


@dataclass(frozen=True, slots=True)
class Finding:
    """What an edition's document says against a request, and the deviation that excuses it."""

    sent: Sent
    edition: str
    words: str
    deviation: Deviation | None

    def __str__(self) -> str:
        edition = f" [{self.edition}]" if self.edition else ""
        return f"{self.sent.method} {self.sent.path} ({self.sent.status}){edition}: {self.words}"


def _nothing(sent: Sent) -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Held:
    """What a platform's requests are held to: in every edition to one of its documents.

    ``rules`` adds what the vendor says in words only.
    """

    editions: Mapping[str, Sequence[Document]]
    deviations: Sequence[Deviation] = ()
    rules: Callable[[Sent], Iterable[str]] = _nothing

    @property
    def missing(self) -> str:
        """Why nothing can be held, naming the first document that is not there; empty when all are."""
        gone = [each.file for documents in self.editions.values() for each in documents if not each.file.exists()]
        return f"needs ../{gone[0].relative_to(SHARED.parent)}" if gone else ""

    def problems(self, sent: Sent) -> tuple[tuple[str, str], ...]:
        """Edition and words of everything that is said against a request."""
        found = [(edition, words) for edition in self.editions for words in self._against(edition, sent)]
        return tuple(dict.fromkeys([*found, *(("", words) for words in self.rules(sent))]))

    def _against(self, edition: str, sent: Sent) -> Iterator[str]:
        document = self.document(edition, sent)
        yield from document.problems(sent) if document else ("is in no document",)

    def unread(self, requests: Sequence[Sent]) -> list[Document]:
        """Documents that no request is held to."""
        read = [self.document(edition, sent) for edition in self.editions for sent in requests]
        return [each for documents in self.editions.values() for each in documents if each not in read]

    def document(self, edition: str, sent: Sent) -> Document | None:
        """The one that is about a request."""
        return next((each for each in self.editions[edition] if each.covers(sent)), None)


@cache
def held_by(platform: str) -> Held | None:
    """What a platform's tests name as its documents; None for a platform that has none."""
    if find_spec(f"tests.platforms.{platform}") is None:
        return None
    found: Held = import_module(f"tests.platforms.{platform}.documents").HELD
    return found


@cache
def _there(platform: str) -> Held | None:
    """The same, where all of them lie beside the checkout."""
    found = held_by(platform)
    return None if found is None or found.missing else found


_KNOWN: dict[tuple[str, ...], tuple[tuple[str, str], ...]] = {}
"""The same request goes out hundreds of times."""


def findings(requests: Iterable[Sent]) -> Iterator[Finding]:
    """Everything that documents say against requests, excused or not."""
    for sent in requests:
        documents = _there(sent.platform)
        if documents is None:
            continue
        key = (sent.platform, sent.method, sent.path, repr(sent.query), sent.kind, sent.text or repr(sent.body))
        if key not in _KNOWN:
            _KNOWN[key] = documents.problems(sent)
        for edition, words in _KNOWN[key]:
            excuse = next((each for each in documents.deviations if each.excuses(sent, words)), None)
            yield Finding(sent, edition, words, excuse)
