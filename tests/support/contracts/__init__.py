"""Holds requests really sent to the vendors' own documents, which lie beside the checkout and are never part of it.

One reader per kind of document; a platform's ``documents.py`` names its documents, and each deviation with evidence.
"""

from __future__ import annotations

from tests.support.contracts.evidence import Recorded, Sheet
from tests.support.contracts.graph import document_problems, graphql_schema
from tests.support.contracts.held import Deviation, Finding, Held, findings, held_by
from tests.support.contracts.places import ABSENT, CONTRACTS, RECORDINGS, SHARED

__all__ = [
    "ABSENT",
    "CONTRACTS",
    "RECORDINGS",
    "SHARED",
    "Deviation",
    "Finding",
    "Held",
    "Recorded",
    "Sheet",
    "document_problems",
    "findings",
    "graphql_schema",
    "held_by",
]
