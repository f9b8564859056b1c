"""What merging is made of, beside the choice (`ingest.tiers`), a rewriting (`ingest.rewrite`) and the loop (`merge`).

known      what is known of each live part: its size, how many of its rows are hidden
damage     what is wrong with a part, which then is left as it is
slices     the visible events of neighbours, by app and seq without a sort
file       the Parquet file they become: row groups, pages, Bloom filters
counts     the neighbours' counts added up
hides      what the new part must go on hiding
replaced   what is deleted after the grace
told       what the merger says of itself
"""
