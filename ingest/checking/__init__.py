"""Proving a store, and mending it: what `ingest.check` and `ingest.repair` do step by step.

findings   a problem or a note: where, what, and what a repair does about it
names      what the folders' names say: gaps, overlaps, what does not belong there
files      every byte of a part's files against its digests
rows       every row of a part, and what it should count
tally      the counts of all parts together against the recount
examine    the four above, part by part, newest first
waiting    the spool and the quarantine
beside     plans, settings, views, leftovers
recall     the duplicate index
salvage    what can still be read of a damaged part, as its next generation
"""
