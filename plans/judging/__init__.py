"""A batch of events in, a verdict for each out; and the field table of one event, by the same rules.

judge.py       splits a batch by planned event. glance.py passes over what is plainly sound in small groups
validate.py    judges a large group as columns: odd.py sets aside what DuckDB would misread, decode.py takes payloads
               apart, violations.py tells what is broken
one.py         judges one event exactly: by_event.py, and fallback.py where only jsonschema-rs can, in the words of beyond.py
table.py       the field table of one event
"""
