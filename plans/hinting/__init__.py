"""What probably happened to a field, guessed from what is stored of an event's violations and from the plan.

outline.py     the fields of a planned event, whichever kind its plan is
near.py        which names mean the same
met.py         the missing and unplanned fields of an event
misplaced.py   a missing field and an unplanned one that are the same field
values.py      a value that is right but for its type or its spelling; formats.py, a date or text almost in its form
times.py       seconds for milliseconds
"""
