"""Avo's export: sent names, variants, pinned values, sources, and what its schemas carry that is no promise."""

from typing import Any

import pytest

from plans.model import PlanError
from tests.plans.formats.importing import at, imported, schema, statuses, violations

DRAFT_6 = "http://json-schema.org/draft-06/schema#"


def field(kind: Any, **more: Any) -> dict[str, Any]:
    return {"id": "p1", "index": 0, "description": "…", "nameMapping": [], "type": kind, **more}


def mapped(name: str, destination: str = "all") -> dict[str, str]:
    return {"name": name, "destinationId": destination}


def event(
    name: str, fields: dict[str, Any], required: tuple[str, ...] = (), *, mapping: Any = (), **more: Any
) -> dict[str, Any]:
    payload = {"type": "object", "properties": fields, "additionalProperties": False, "required": [*required]}
    rules = {
        "$schema": DRAFT_6,
        "type": "object",
        "required": ["properties", "nameMapping"],
        "nameMapping": [*mapping],
        "properties": {"properties": payload},
    }
    sources = [{"id": "s1", "name": "Web", "implementWithCodegen": True, "destinations": [{"id": "d1"}]}]
    said = {"id": "e1", "name": name, "description": "When it is so", "eventType": "event", "sources": sources}
    return {**said, "rules": rules, **more}


def export(*events: dict[str, Any], **more: Any) -> dict[str, Any]:
    sources = {"s1": {"id": "s1", "name": "Web", "destinations": ["d1"]}}
    whole = {"name": "Shop:main", "events": list(events), "sources": sources, "destinations": {"d1": {"id": "d1"}}}
    return {**whole, "metrics": {}, "context": {"publishInfo": {"branchName": "main"}}, **more}


ORDER = event(
    "order_completed",
    {
        "method": field(["string", "null"], enum=["card", "paypal", None]),
        "currency": field("string", const="EUR"),
        "sku": field("string", pattern="^[A-Z]{2}"),
        "items": field(
            "array",
            items={"type": "object", "properties": {"sku": field("string")}, "additionalProperties": False},
        ),
    },
    ("currency",),
)


def test_an_event_is_judged_by_its_fields_and_refuses_others() -> None:
    plan, report = imported("avo", export(ORDER))
    payloads = [
        {"currency": "EUR", "method": None, "sku": "AB1", "items": [{"sku": "x"}]},
        {"currency": "USD"},
        {"method": "card"},
        {"currency": "EUR", "method": "cash"},
        {"currency": "EUR", "sku": "a"},
        {"currency": "EUR", "items": [{"more": 1}]},
    ]
    assert statuses(plan, "order_completed", payloads) == ["valid"] + ["invalid"] * 5
    assert violations(plan, "order_completed", {"currency": "EUR", "x": 1}) == [("x", "unplanned_field", "error")]
    assert [note["where"] for note in report["dropped"]] == ["/events/0/rules/required/0"]
    assert report["approximated"] == []


def test_types_in_avos_own_words_mean_what_they_mean() -> None:
    fields = {"n": field(["int", "null"]), "x": field("float"), "b": field("bool"), "a": field("any")}
    plan, _ = imported("avo", export(event("e", fields)))
    payloads = [{"n": 1, "x": 1.5, "b": True, "a": [1]}, {"n": None}, {"n": 1.5}, {"x": "1"}, {"b": 1}]
    assert statuses(plan, "e", payloads) == ["valid", "valid", "invalid", "invalid", "invalid"]


def test_labels_are_not_part_of_the_schema_that_judges() -> None:
    plan, _ = imported("avo", export(ORDER))
    found = schema(plan, "order_completed")
    assert found["properties"]["sku"] == {"description": "…", "type": "string", "pattern": "^[A-Z]{2}"}
    assert plan.events[0].description == "When it is so"


def test_names_that_hold_for_all_destinations_are_the_names_that_are_sent() -> None:
    fields = {
        "Payment Method": field("string", nameMapping=[mapped("method")]),
        "Cart": field("object", properties={"Item Count": field("integer", nameMapping=[mapped("n", "d1")])}),
    }
    plan, report = imported(
        "avo", export(event("Order Completed", fields, ("Payment Method",), mapping=[mapped("purchase")]))
    )
    assert plan.names() == ["purchase"]
    payloads = [
        {"method": "card", "Cart": {"n": 1}},
        {"Payment Method": "card"},
        {"method": "card", "Cart": {"n": "1"}},
    ]
    assert statuses(plan, "purchase", payloads) == ["valid", "invalid", "invalid"]
    assert report["approximated"] == []


def test_names_that_differ_by_destination_are_all_taken_and_said() -> None:
    sources = [{"id": "s1", "destinations": [{"id": "d1"}, {"id": "d2"}]}]
    fields = {"Method": field("string", nameMapping=[mapped("method", "d2")])}
    said = event("Order", fields, ("Method",), mapping=[mapped("purchase", "d1")], sources=sources)
    plan, report = imported("avo", export(said))
    assert plan.names() == ["Order", "purchase"]
    for name in plan.names():
        assert statuses(plan, name, [{"Method": "a"}, {"method": "a"}, {}]) == ["valid", "valid", "invalid"]
    assert [note["where"] for note in report["approximated"]] == [
        "/events/0/rules/nameMapping",
        "/events/0/rules/properties/properties/properties/Method/nameMapping",
    ]


def test_two_properties_sent_under_one_name_may_each_be_what_is_sent() -> None:
    fields = {
        "source_page": field("string", enum=["home"], nameMapping=[mapped("source")]),
        "source_screen": field("string", enum=["start"], nameMapping=[mapped("source")]),
    }
    plan, report = imported("avo", export(event("Seen", fields)))
    payloads = [{"source": "home"}, {"source": "start"}, {"source": "else"}, {"source_page": "home"}]
    assert statuses(plan, "Seen", payloads) == ["valid", "valid", "invalid", "invalid"]
    assert len(report["approximated"]) == 1


SONG = event("Song Played", {"song": field("string")}, ("song",))
PLAYLIST = event(
    "Song Played", {"song": field("string"), "playlist": field("string")}, ("song", "playlist"),
    eventType="variant", variantName="Playlist", id="e1.v1",
)  # fmt: skip
SEARCH = event(
    "Song Played", {"song": field("string"), "query": field("string"), "from": field("string", const="search")},
    ("song", "query", "from"), eventType="variant", variantName="Search", id="e1.v2",
)  # fmt: skip


def test_an_event_with_variants_fits_when_it_fits_itself_or_one_of_them() -> None:
    plan, report = imported("avo", export(SONG, PLAYLIST, SEARCH))
    payloads = [
        {"song": "x"},
        {"song": "x", "playlist": "mine"},
        {"song": "x", "query": "y", "from": "search"},
        {"song": "x", "query": "y"},
        {"song": "x", "query": "y", "from": "menu"},
        {"song": "x", "playlist": "mine", "query": "y", "from": "search"},
        {"playlist": "mine"},
        {"song": 1},
    ]
    assert statuses(plan, "Song Played", payloads) == ["valid"] * 3 + ["invalid"] * 5
    assert plan.names() == ["Song Played"]
    assert report["approximated"] == []


def test_what_a_variant_asks_is_said_of_the_field_when_the_event_is_known_to_be_it() -> None:
    plan, _ = imported("avo", export(SONG, PLAYLIST, SEARCH))
    assert violations(plan, "Song Played", {"song": "x", "query": "y"}) == [("from", "missing", "error")]
    assert violations(plan, "Song Played", {"song": "x", "playlist": 1}) == [("playlist", "wrong_type", "error")]
    assert violations(plan, "Song Played", {"song": "x", "foo": 1}) == [("foo", "unplanned_field", "error")]


def test_variants_that_pin_different_values_are_told_apart_by_them() -> None:
    shapes = [
        event("Paid", {"by": field("string", const=by), by: field("string")}, ("by", by), eventType="variant")
        for by in ("card", "cash")
    ]
    plan, _ = imported("avo", export(*shapes))
    assert statuses(plan, "Paid", [{"by": "card", "card": "x"}, {"by": "cash", "cash": "x"}, {"by": "x"}, {}]) == [
        *["valid"] * 2,
        *["invalid"] * 2,
    ]
    assert violations(plan, "Paid", {"by": "cash"}) == [("cash", "missing", "error")]
    assert violations(plan, "Paid", {"by": "x"}) == [("by", "not_allowed", "error")]


def test_what_all_variants_ask_is_still_said_of_the_field() -> None:
    plan, _ = imported("avo", export(SONG, PLAYLIST, SEARCH))
    assert violations(plan, "Song Played", {"song": 1}) == [("song", "wrong_type", "error")]
    assert violations(plan, "Song Played", {}) == [("song", "missing", "error")]


def test_events_mapped_to_one_name_are_alternatives_as_well() -> None:
    food = event("Add: Food", {"dish": field("string")}, ("dish",), mapping=[mapped("Add to Cart")])
    toys = event("Add: Toys", {"toy": field("string")}, ("toy",), mapping=[mapped("Add to Cart")])
    plan, _ = imported("avo", export(food, toys))
    assert statuses(plan, "Add to Cart", [{"dish": "a"}, {"toy": "b"}, {}]) == ["valid", "valid", "invalid"]


def test_an_event_of_some_sources_only_is_said_and_taken_from_all() -> None:
    sources = {"s1": {"id": "s1", "name": "Web"}, "s2": {"id": "s2", "name": "iOS"}}
    _, report = imported("avo", export(ORDER, sources=sources))
    assert [(note["where"], "iOS" in note["message"]) for note in report["approximated"]] == [
        ("/events/0/sources", True)
    ]


def test_null_passes_an_enum_that_forgets_it_only_when_asked_to() -> None:
    said = export(event("e", {"method": field(["string", "null"], enum=["card", "paypal"])}))
    assert statuses(imported("avo", said)[0], "e", [{"method": None}]) == ["invalid"]
    plan, report = imported("avo", said, null_passes_enum=True)
    assert statuses(plan, "e", [{"method": None}, {"method": "cash"}]) == ["valid", "invalid"]
    where = "/events/0/rules/properties/properties/properties/method/enum"
    assert [note["where"] for note in report["approximated"]] == [where]


def test_every_place_of_a_report_is_in_the_source() -> None:
    fields = {
        "a/b": field(["string", "null"], enum=["x"], nameMapping=[mapped("c", "d1")]),
        "b": field("string", nameMapping=[mapped("c"), mapped("d", "d9")]),
    }
    sources = {"s1": {"id": "s1", "name": "Web"}, "s2": {"id": "s2"}}
    said = export(event("e", fields, ("b",)), SONG, PLAYLIST, sources=sources)
    for null_passes_enum in (True, False):
        _, report = imported("avo", said, null_passes_enum=null_passes_enum)
        noted = [*report["approximated"], *report["dropped"], *report["notes"]]
        assert len(noted) >= 9
        for note in noted:
            at(note["where"], said)


@pytest.mark.parametrize(
    ("said", "where", "says"),
    [
        (export(ORDER, {"name": "a"}), "/events/1", "an event is"),
        (export(event("", {})), "/events/0", "needs a name"),
        (export(event("a", {}, mapping=[{"destinationId": "all"}])), "/events/0/rules/nameMapping/0", "a name mapping"),
        (
            export(event("a", {"x": field("string", nameMapping=[5])})),
            "/events/0/rules/properties/properties/properties/x/nameMapping/0",
            "a name mapping",
        ),
        (
            export(event("a", {"x": field("text")})),
            "/events/0/rules/properties/properties/properties/x/type",
            "the schema of `a` is not valid",
        ),
        ({"events": {}}, "", "a plan of Avo"),
    ],
)
def test_a_broken_plan_is_one_error_that_says_where(said: Any, where: str, says: str) -> None:
    with pytest.raises(PlanError, match=says) as refused:
        imported("avo", said)
    assert refused.value.where == where
