"""What should arrive, and judging what did: pure functions that know nothing of the store.

read.py       bytes of a plan, in a format of formats/, become a Plan (model.py); oracle.py makes sure of its schemas
versions.py   the numbered versions of an app's plan on disk; watch.py puts those of a watched folder in force
paths.py      a field's path as people read it; tokens.py JSON as it was written, exact.py its numbers
checks.py     one promise about one value, said exactly and quickly, with sheet_checks.py and value_checks.py
frames.py     a planned event compiled (compiled.py): frames of cells and the checks on them, made by from_sheet.py
              and from_schema.py in the words of expected.py, patterns.py and known_formats.py
judge.py      a batch of events in, a verdict for each out. glance.py passes over what is plainly sound in small
              groups; large ones are judged as columns: odd.py sets aside what DuckDB would misread, decode.py takes
              payloads apart, validate.py and violations.py find and tell what is broken. The rest goes one.py by one:
              by_event.py, and fallback.py where only jsonschema-rs can judge
table.py      the field table of one event; explain.py a violation as a sentence
"""
