"""A planned event compiled: frames of cells, and the checks on each.

compiled.py    a planned event's frames (frames.py, as trees for one event: trees.py), made once: from_sheet.py for a
               sheet; from_schema.py for a schema, with keywords.py by draft, references.py, conditions.py and unions.py
checks.py      one promise about one value, said exactly and quickly: with sheet_checks.py, value_checks.py, and those
               made of others, combined.py; one_value.py makes them from a schema, expected.py says them in few words
ecma.py        what a pattern means and how much work it may be, expansion.py what references make of a schema;
               patterns.py and known_formats.py are what Rust's regexes know of texts
"""
