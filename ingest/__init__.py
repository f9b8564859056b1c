"""Taking events in. An accepted event's way, and the files of each step:

adapt    server, bodies, split, adapters/    a sender's bytes become events, each with its payload as raw JSON text
spool    spool, segments, lines              they are on disk before the sender gets its receipt
read     pace, read                          the writer takes whole sealed segments, as columns
judge    plans.judging.judge                         each event against its app's plan
dedup    identity, dedup, index              an event that came before is replaced by its newest copy
commit   apart, count, commit                one rename makes the batch a part of the store
merge    tiers, rewrite, merging/, merge     small parts become large ones

Files of events take the same way from `importer`, exports among them (`exports`, `rebuilt`), and from the folders of
the `inbox`; `recover` and `abandoned` go on where a dead process stopped;
`quarantine` keeps what cannot be judged or read; `check` reads a whole store and proves it, `repair` mends it (both
step by step in `checking/`), and `backup` copies one in use.

What goes: an order to delete (`deletion`) takes the events' way through the spool, by `app_routes` or `app_commands`;
`retention` says what has expired. Both are committed as a `removal`. An app's `quota` bounds what it sends in a day.

Plans come in by `plan_routes` and `plan_commands`. `replay` tries a draft on what is stored and `inference` drafts one
from it; over HTTP (`draft_routes`) both run in a process of their own (`draft_runs`, `draft_worker`).
"""
