"""A secret does not survive in any of the forms a text may carry it in."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillbridge.domain.tokens import Secret
from tillbridge.net.redact import Redactor, one_line

VALUE = 'cs_"quo/te"+ünï&7f3a'


@pytest.mark.parametrize(
    "form",
    [VALUE, quote(VALUE, safe=""), json.dumps(VALUE), VALUE.encode().hex(), base64.b64encode(VALUE.encode()).decode()],
)
def test_every_form_is_hidden(form: str) -> None:
    scrubbed = Redactor([Secret(VALUE)]).scrub(f"before {form} after")
    assert form.strip('"=') not in scrubbed
    assert scrubbed.startswith("before ")
    assert scrubbed.endswith(" after")


def test_a_secret_prints_as_dots() -> None:
    secret = Secret(VALUE)
    assert f"{secret} {secret!r} {secret:>10}".count("•••") == 3
    with pytest.raises(TypeError):
        __import__("pickle").dumps(secret)


@given(st.text())
def test_a_first_line_is_one_printable_line(text: str) -> None:
    line = one_line(text)
    assert 0 < len(line) <= 120
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in line)
