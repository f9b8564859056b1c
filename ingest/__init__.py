"""Taking events in. An accepted event's way, and the files of each step:

adapt    server, bodies, split, adapters/    a sender's bytes become events, each with its payload as raw JSON text
spool    spool, segments, lines              they are on disk before the sender gets its receipt
read     pace, read                          the writer takes whole sealed segments, as columns
judge    plans.judging.judge                 each event against its app's plan
dedup    identity, dedup, index              an event that came before is replaced by its newest copy
commit   apart, count, commit                one rename makes the batch a part of the store
merge    tiers, rewrite, merging/, merge     small parts become large ones

importing/    files of events, exports and the inbox's among them, take the same way
apps/         what is set for an app; deleting and expiring, which are commits too
planning/     plans brought in force, drafted from what is stored, and tried on it

`recover` and `abandoned` go on where a dead process stopped; `quarantine` keeps what cannot be judged or read. `check`
reads a whole store and proves it, `repair` mends it (both step by step in `checking/`), and `backup` copies one in use.
`access`, `refusals`, `receipts` and `limits` say who may send what, and what they are told; `metrics` and `vitals` how
it goes.
"""
