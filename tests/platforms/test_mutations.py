"""A platform that changes its answers: never a wrong value, never an error without a path, extra keys for nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.platforms.mutations import (
    MAPPERS,
    UNUSED,
    Payload,
    Vital,
    at,
    changed,
    matches,
    payload_of,
    recorded,
    says,
    table_of,
    there,
    wrong,
)
from tillbridge.domain.errors import Drift
from tillbridge.platforms.registry import PlatformServiceRegistry

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings"
SLUGS = PlatformServiceRegistry().slugs()
EACH = [(slug, noun) for slug in SLUGS for noun in MAPPERS]
KNOWN = [(slug, noun) for slug, noun in EACH if noun in table_of(slug)]
RECORDED = [(slug, noun) for slug, noun in KNOWN if table_of(slug)[noun].recorded]
QUICK = settings(
    max_examples=200, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
FULL = settings(QUICK, max_examples=20_000, derandomize=False, print_blob=True)
SIZES = {"anywhere": FULL, "vital": FULL, "more": settings(FULL, max_examples=2_000)}


def mapped(payload: Payload, tree: Any) -> tuple[Any, str]:
    """What the mapping made of it, or the path of its Drift."""
    try:
        return payload.read(tree), ""
    except Drift as error:
        drift = error
    path = drift.params["path"]
    assert path.startswith("$"), path
    assert drift.params["expected"]
    assert drift.card().title
    return None, path


Where = tuple[Any, ...]
Change = tuple[Where, Any]


def anywhere(payload: Payload) -> tuple[st.SearchStrategy[Any], Callable[[Any], None]]:
    """(a) Whatever changes wherever gives a result or a Drift with a path."""

    def holds(changes: Sequence[Change]) -> None:
        tree = payload.tree
        for where, value in changes:
            tree = changed(tree, where, value)
        mapped(payload, tree)

    return st.lists(st.tuples(st.sampled_from(payload.places()), wrong), min_size=1, max_size=3), holds


def vital_values(payload: Payload) -> tuple[st.SearchStrategy[Any], Callable[[Any], None]]:
    """(b) A vital value that changed is mapped as it now is, or refused with its path, or not told."""

    def holds(change: tuple[tuple[Where, Vital], Any]) -> None:
        (where, vital), raw = change
        tree = changed(payload.tree, where, raw)
        found, path = mapped(payload, tree)
        if path:
            assert any(each in path for each in (str(where[-1]), *vital.told_by)), (where, raw, path)
            return
        got = vital.got(found, tree, matches(where, vital.at) or ())
        assert got is UNUSED or says(vital.kind, raw, got), (where, raw, got)

    return st.tuples(st.sampled_from(_vital(payload)), wrong), holds


def more_keys(payload: Payload) -> tuple[st.SearchStrategy[Any], Callable[[Any], None]]:
    """(c) Keys nobody knows change nothing."""
    as_it_is = _as_it_is(payload)
    objects = [each for each in payload.places() if isinstance(at(payload.tree, each), dict)]

    def holds(changes: Sequence[tuple[Where, str, Any]]) -> None:
        tree = payload.tree
        for where, name, value in changes:
            tree = changed(tree, where, {**at(tree, where), name: value})
        assert mapped(payload, tree) == (as_it_is, "")

    new = st.sampled_from(["zz_new", "Zz", "zzNew", "$zz", "zz.1"])
    more = st.tuples(st.sampled_from(objects), new, there)
    return st.lists(more, min_size=1, max_size=4), holds


PROPERTIES = {"anywhere": anywhere, "vital": vital_values, "more": more_keys}


def _as_it_is(payload: Payload) -> Any:
    found, path = mapped(payload, payload.tree)
    assert not path
    return found


def _vital(payload: Payload) -> list[tuple[Where, Vital]]:
    return [
        (where, each) for each in payload.vital for where in payload.places() if matches(where, each.at) is not None
    ]


def _hold(slug: str, noun: str, name: str, size: settings) -> None:
    _hold_on(payload_of(slug, noun), name, size)


def _hold_on(payload: Payload, name: str, size: settings) -> None:
    changes, holds = PROPERTIES[name](payload)
    size(given(changes)(holds))()


@pytest.mark.parametrize(("slug", "noun"), EACH)
def test_any_change_anywhere_is_mapped_or_refused_with_its_path(slug: str, noun: str) -> None:
    _hold(slug, noun, "anywhere", QUICK)


@pytest.mark.parametrize(("slug", "noun"), KNOWN)
def test_a_vital_value_is_mapped_as_it_is_or_refused_and_never_another(slug: str, noun: str) -> None:
    _hold(slug, noun, "vital", QUICK)


@pytest.mark.parametrize(("slug", "noun"), KNOWN)
def test_keys_nobody_knows_change_nothing(slug: str, noun: str) -> None:
    _hold(slug, noun, "more", QUICK)


@pytest.mark.parametrize("size", [QUICK, pytest.param(FULL, marks=pytest.mark.soak)], ids=["quick", "full"])
@pytest.mark.parametrize(("slug", "noun"), RECORDED)
def test_answers_of_real_shops_that_change_are_mapped_or_refused(slug: str, noun: str, size: settings) -> None:
    payload = recorded(RECORDINGS / slug, slug, noun)
    if payload is None:
        pytest.skip(f"needs ../shared/recordings/{slug}")
    _hold_on(payload, "anywhere", size)


@pytest.mark.soak
@pytest.mark.parametrize("name", PROPERTIES)
@pytest.mark.parametrize(("slug", "noun"), EACH)
def test_all_of_it_at_full_size(slug: str, noun: str, name: str) -> None:
    if name != "anywhere" and (slug, noun) not in KNOWN:
        pytest.skip(f"the vital values of {slug} are not written down")
    _hold(slug, noun, name, SIZES[name])


@pytest.mark.parametrize(("slug", "noun"), KNOWN)
def test_every_vital_value_stands_in_the_payload_and_is_mapped_as_it_is(slug: str, noun: str) -> None:
    """The table itself: each of its paths is there, and what it finds is what the payload says."""
    payload = payload_of(slug, noun)
    found = _as_it_is(payload)
    seen: set[str] = set()
    for where, vital in _vital(payload):
        stars = matches(where, vital.at)
        got = vital.got(found, payload.tree, stars or ())
        raw = at(payload.tree, where)
        assert got is UNUSED or says(vital.kind, raw, got), (where, raw, got)
        seen |= {vital.at} if got is not UNUSED else set()
    assert seen == {each.at for each in payload.vital}
