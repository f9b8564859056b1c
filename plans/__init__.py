"""What should arrive, and judging what did: pure functions that know nothing of the store.

read.py      bytes of a plan, in any format of formats/, become a Plan (model.py) and a Report
versions.py  the numbered versions of an app's plan on disk; watch.py takes a watched folder in
paths.py     a field's path, as text and as a pointer; exact.py numbers as written; tokens.py JSON as written
checks.py    one promise about one value, said twice: exactly in Python, quickly in polars
frames.py    a compiled event: frames of cells and their checks; from_sheet.py and from_schema.py build it
judge.py     a batch of events in, a status and violations for each out; the only entry the writer needs
             decode.py (DuckDB) and validate.py (polars) for large groups, by_event.py for small ones,
             fallback.py (jsonschema-rs) for schemas only a full evaluation can judge
table.py     the field-by-field table of one event; explain.py a violation as a sentence
"""
