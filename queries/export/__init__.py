"""Stored events as files for other tools: exactly the rows the log shows for a filter, oldest first.

ask       whose events, which of them, from which seq on
rows      the rows, from parts of one moment
formats   Parquet, CSV and NDJSON, written a piece at a time
about     what an export says of itself
files     into a file or a folder: there as a whole or not at all
stream    as bytes over HTTP
command   on the command line

typed     payloads taken apart into columns; values says which JSON fits which type
layout    which table a row goes to; folders fills many of them with few files open
reports   three CSV reports for people
"""
