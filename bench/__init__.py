"""What is claimed about speed, measured on the machine at hand beside what a user would pick instead.

flow        events over HTTP until they can be asked for, at full speed; then how late one is at a set rate
merging     what merging costs a core, and the size, a page and an id in its files beside other writers'
questions   what the dashboard asks, over millions of stored events, beside plain SQL over the same Parquet
store       a store of a hundred million events: counts (store_counts), the log and ids (store_log), beside SQLite
            (store_sqlite), of three hundred apps (store_apps), and what the writer holds (store_writer)
validate    the judge on batches (batches.py), beside validators event by event (peers.py) and the original's way

asked       the real dashboard on a store, asked over HTTP
traffic     what is sent, made once and kept in artefacts/bench; client sends it
stored      the store that is asked, made once a day through the writer
big_store   stores of up to a hundred million events (big_events), made part by part and kept
table       figures, and the table they are printed in
"""
