"""Files of events take the same way as sent ones: sealed segments, through the same spool and writer.

importer    `app.py import`: files and folders into the spool, and waiting until they are stored
files       opens a file, whatever it is; blocks: so many events of it at once; tables: those of CSV and Parquet
exports     what an export wrote, told by its metadata; rebuilt: the payloads of typed tables put together again
inbox       the folders that are watched: inbox_claims takes a file exactly once, inbox_stage makes segments of it
            before the writer sees any, inbox_places says where it ends up
"""
