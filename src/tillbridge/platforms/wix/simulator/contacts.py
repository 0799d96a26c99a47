"""Contacts V5: one e-mail and one phone as records, unknown keys dropped without a word, changes under a revision."""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import Response

from .querying import RANGE, Declared, page
from .speech import Call, Refusal, Row, answer, invalid, iso
from .state import Site

_EXACT = frozenset({"$eq", "$in", "$exists"})
_CONTACTS = Declared(
    {
        "id": frozenset({"$eq", "$in"}), "createdDate": RANGE, "updatedDate": RANGE, "email.email": _EXACT,
        "externalId": _EXACT, "phone.phone": _EXACT,
    },
    frozenset({"createdDate", "updatedDate"}),
    usual=50,
)  # fmt: skip
_SUBDIVISION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_KEPT = ("name", "phone", "addresses", "externalId", "company", "additionalEmails", "additionalPhones")


def view(row: Row) -> Row:
    """A contact as it is answered."""
    email = {"email": row["email"], "subscriptionStatus": {"status": row["consent"]}} if row["email"] else {}
    return {
        "id": row["id"], "revision": str(row["revision"]), "createdDate": iso(row["created"]),
        "updatedDate": iso(row["updated"]), "email": email, **{name: row.get(name) for name in _KEPT},
    }  # fmt: skip


def list_contacts(site: Site, call: Call) -> Response:
    """POST /contacts/v5/contacts/query."""
    rows, meta = page(call.body, "query", [view(row) for row in site.contacts.values()], _CONTACTS)
    return answer({"contacts": rows, "pagingMetadata": meta})


def _contact(site: Site, key: str) -> Row:
    row = site.contacts.get(key)
    if row is None:
        raise Refusal(404, "contact not found", code="CONTACT_NOT_FOUND")
    return row


def get_contact(site: Site, call: Call) -> Response:
    """GET /contacts/v5/contacts/{id}."""
    return answer({"contact": view(_contact(site, call.ids[0]))})


def add_contact(site: Site, call: Call) -> Response:
    """POST /contacts/v5/contacts."""
    given = call.record("contact")
    if "info" in given:
        raise invalid("contact", "Expected an object")
    if not given.get("name") and not given.get("email") and not given.get("phone"):
        raise Refusal(400, "a contact needs a name, an email or a phone", code="INSUFFICIENT_CONTACT_DATA")
    email = _email(given)
    if email and by_email(site, email) and not call.body.get("allowDuplicates"):
        raise Refusal(409, "a contact with this email exists", code="DUPLICATE_CONTACT_EXISTS")
    return answer({"contact": view(make(site, given, email))})


def upsert_contact(site: Site, call: Call) -> Response:
    """POST /contacts/v5/contacts/upsert: changed when the e-mail is known, else made."""
    given = call.record("contact")
    found = by_email(site, _email(given))
    if found is None:
        return answer({"contact": view(make(site, given, _email(given)))})
    return answer({"contact": view(_change(site, found, given))})


def edit_contact(site: Site, call: Call) -> Response:
    """PATCH one under its revision."""
    row, given = _contact(site, call.ids[0]), call.record("contact")
    if str(given.get("revision", "")) != str(row["revision"]):
        raise Refusal(409, "the revision is not the current one")
    email = _email(given)
    other = by_email(site, email) if email else None
    if other is not None and other is not row:
        raise Refusal(409, "a contact with this email exists", code="DUPLICATE_CONTACT_EXISTS")
    if row.get("externalId") and given.get("externalId", row["externalId"]) != row["externalId"]:
        raise Refusal(400, "an external id stays as it is", code="CANNOT_CHANGE_EXTERNAL_ID")
    return answer({"contact": view(_change(site, row, given))})


def _change(site: Site, row: Row, given: Row) -> Row:
    _check(given)
    row |= {name: given[name] for name in _KEPT if name in given}
    row["email"] = _email(given) or row["email"]
    site.touch(row)
    site.happened("wix.contacts.v4.contact_updated", "updated", row["id"], {"id": row["id"]})
    return row


def make(site: Site, given: Row, email: str) -> Row:
    """A new contact."""
    _check(given)
    row: Row = {
        "id": site.new_id("contact"), "revision": 1, "created": site.now(), "updated": site.now(), "email": email,
        "consent": "NOT_SET", **{name: given.get(name) for name in _KEPT},
    }  # fmt: skip
    site.contacts[row["id"]] = row
    site.happened("wix.contacts.v4.contact_created", "created", row["id"], {"id": row["id"]})
    return row


def _check(given: Row) -> None:
    for at, each in enumerate(given.get("addresses") or ()):
        region = (each.get("address") or {}).get("subdivision")
        if region and not _SUBDIVISION.fullmatch(region):
            raise invalid(f"contact.addresses[{at}].address.subdivision", "has invalid format", "FORMAT")


def _email(given: Row) -> str:
    told: Any = given.get("email")
    found = str(told.get("email") or "") if isinstance(told, dict) else ""
    if found and "@" not in found:
        raise invalid("contact.email.email", "has invalid format", "FORMAT")
    return found.lower()


def by_email(site: Site, email: str) -> Row | None:
    """The contact with an e-mail address."""
    return next((row for row in site.contacts.values() if email and row["email"] == email.lower()), None)


def subscribe(site: Site, call: Call) -> Response:
    """POST /email-marketing/v1/email-subscriptions."""
    given = call.record("subscription")
    row = by_email(site, str(given.get("email", "")))
    if row is not None:
        row["consent"] = given.get("subscriptionStatus", "NOT_SET")
        site.touch(row)
    return answer({"subscription": given})
