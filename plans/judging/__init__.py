"""A batch of events in, a verdict for each out; and the field table of one event, by the same rules.

judge.py       splits a batch by what is to be done. soundness.py passes over what fits a type stricter than the plan
               (typed.py, members.py, strict_sheet.py), or jsonschema-rs finds valid (evaluated.py), where that pays
               (worth.py). What differs from it by a field or two is told apart by these and judged once for all that
               are alike (alike.py, loosened.py). The rest is judged as columns:
validate.py    every test once over all values that have it. odd.py sets aside what DuckDB would misread, unfold.py and
               decode.py take payloads apart into cells (cells.py), violations.py tells what is broken
one.py         judges one event exactly: by_event.py, and fallback.py where only jsonschema-rs can, in beyond.py's words
table.py       the field table of one event
"""
