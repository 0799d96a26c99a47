"""What comes back from a consent page, in the forms people paste it."""

from __future__ import annotations

import httpx
import pytest

from tillbridge.domain.consent import ConsentPage, code_of
from tillbridge.domain.errors import InvalidInput

PAGE = ConsentPage(
    setup="app",
    role="login",
    path="/authorize",
    asks={"client_id": "{client_id}", "scope": "read,write", "redirect_uri": "{back}"},
    answer="code",
    redirect="back",
)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("vN3abc|/x", "vN3abc|/x"),
        (" https://till.example/sq?code=vN3%7Cabc&state=w ", "vN3|abc"),
        ("code=vN3abc&state=w", "vN3abc"),
        ("dGVzdA==", "dGVzdA=="),
    ],
)
def test_the_answer_may_be_pasted_in_any_form(answer: str, code: str) -> None:
    assert code_of(answer).reveal() == code


def test_a_denied_or_foreign_answer_is_refused_in_words() -> None:
    for answer in ("https://till.example/?error=access_denied&state=w", "https://till.example/?state=w"):
        with pytest.raises(InvalidInput):
            code_of(answer)
    with pytest.raises(InvalidInput, match="another request"):
        code_of("https://till.example/?code=x&state=theirs", state="ours")
    assert code_of("https://till.example/?code=x&state=ours", state="ours").reveal() == "x"


def test_a_page_asks_with_what_was_typed_and_a_word_of_its_own() -> None:
    assert PAGE.needs == ("client_id", "back")
    query = PAGE.query({"client_id": "a b&c", "back": "https://till.example/sq", "other": "x"}, "word")
    assert dict(httpx.QueryParams(query)) == {
        "client_id": "a b&c", "scope": "read,write", "redirect_uri": "https://till.example/sq", "state": "word",
    }  # fmt: skip
    assert "scope=read,write" in query, "some platforms want the commas as they are"
