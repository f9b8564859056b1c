"""A planned event compiled: frames of cells, and the checks on each.

compiled.py    a planned event's frames (frames.py), made once: from_sheet.py for a sheet, from_schema.py for a schema
checks.py      one promise about one value, said exactly and quickly, with sheet_checks.py and value_checks.py
expected.py    what a rule expects, in few words; patterns.py and known_formats.py are what Rust's regexes know of texts
"""
