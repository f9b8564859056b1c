"""What should arrive, and judging what did: pure functions that know nothing of the store.

read.py       bytes of a plan, in a format of formats/, become a Plan (model.py); oracle.py makes sure of its schemas;
              archive.py and folder.py hold plans of several files; export.py writes a plan for other hands
versions.py   the numbered versions of an app's plan on disk; watch.py puts those of a watched folder in force
compare.py    two plans told apart rule by rule: what each promises (promises*.py), which asks more (tightness.py)
infer.py      a plan guessed from traffic: the fields met (infer_tree.py, infer_counts.py), the draft (infer_draft.py)
paths.py      a field's path as people read it; tokens.py JSON as it was written, exact.py its numbers
rules/        a planned event compiled: frames of cells, and the checks on each
judging/      a batch of events in, a verdict for each out; the field table of one
explain.py    a violation as a sentence; hints.py, from hinting/, what probably happened: a near name, a number as text;
              spoken.py, texts from outside as sentences hold them
"""
