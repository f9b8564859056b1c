"""One event opened later: what is said of it is said by the plan it was judged by."""

from plans import explain
from plans.judging.one import violations_of
from plans.model import Plan
from plans.read import read_plan
from plans.rules.compiled import compiled
from plans.versions import put
from queries.event import event as one_event
from queries.events import events
from queries.filter import Filter
from queries.page import Page
from queries.reader import Reader
from tests.queries.model import Model, event

HEAD = "eventName,eventPayload,dataType,required\n"
EVERYTHING = Filter.parse({}, "events")


def in_force(model: Model, rows: str) -> Plan:
    """Put a sheet with these rows in force."""
    sheet = (HEAD + rows).encode()
    return put(model.store.plans, read_plan(sheet, app="shop", content_type="text/csv")[0], sheet)


def judged(plan: Plan, seq: int, payload: str) -> dict[str, object]:
    """A stored event `bought` with the verdict of that plan."""
    found = violations_of(compiled(plan, "bought"), plan, payload)
    return event(seq, event_name="bought", payload=payload, plan_version=plan.version, violations=found)


def test_an_event_keeps_the_table_of_the_plan_it_was_judged_by(model: Model, reader: Reader) -> None:
    first = in_force(model, "bought,price,float,true\n,order_id,text,true\n")
    model.add(judged(first, 1, '{"price":"14.99","orderID":"A5"}'))
    before = one_event(reader, "shop", 1)
    second = in_force(model, "bought,price,text,true\n,orderID,text,true\n,coupon,text,true\n")
    model.add(judged(second, 2, '{"price":"14.99","orderID":"A5"}'))
    after = one_event(reader, "shop", 1)
    assert after == before
    assert [(row["key"], row["status"]) for row in after["fields"]] == [
        ("price", "invalid"),
        ("order_id", "missing"),
        ("orderID", "warning"),
    ]
    assert [row["key"] for row in one_event(reader, "shop", 2)["fields"]] == ["price", "orderID", "coupon"]


def test_the_table_of_an_event_says_what_its_row_says(model: Model, reader: Reader) -> None:
    plan = in_force(model, "bought,price,float,true\n,order_id,text,true\n,lines[].qty,integer,true\n")
    model.add(judged(plan, 1, '{"price":"14.99","orderID":"A5","lines":[{"qty":1},{"qty":"2"}]}'))
    [row] = events(reader, "shop", EVERYTHING)["rows"]
    opened = one_event(reader, "shop", 1)
    assert opened["violations"] == row["violations"]
    broken = [{**field, "field": field["key"]} for field in opened["fields"] if field["rule"]]
    names = [name for name in row["violations"][0] if name != "path"]
    assert [[one[name] for name in names] for one in broken] == [
        [one[name] for name in names] for one in opened["violations"]
    ]


def test_a_brief_page_says_the_same_without_payloads(model: Model, reader: Reader) -> None:
    plan = in_force(model, "bought,price,float,true\n,order_id,text,true\n")
    model.add(judged(plan, 1, '{"price":"14.99","orderID":"A5"}'))
    [whole] = events(reader, "shop", EVERYTHING)["rows"]
    [brief] = events(reader, "shop", EVERYTHING, Page(brief=True))["rows"]
    assert "payload" not in brief
    assert brief["violations"] == whole["violations"]
    assert [(one["field"], one["hint"]) for one in brief["violations"]] == [
        ("price", "a number sent as text"),
        ("order_id", "`orderID` came, a near name"),
        ("orderID", "a near name for `order_id`"),
    ]


def test_an_event_whose_plan_is_gone_still_says_what_is_wrong(model: Model, reader: Reader) -> None:
    plan = in_force(model, "bought,price,float,true\n")
    model.add(judged(plan, 1, '{"price":"14.99"}'))
    (model.store.plans / "shop" / f"{plan.version}.json").unlink()
    [row] = events(reader, "shop", EVERYTHING)["rows"]
    [one] = row["violations"]
    assert one["message"] == explain.told([{**one, "path": "price"}], None, "bought")[0]["message"]
    assert one["hint"] == "a number sent as text"
