"""What an export and an import have to agree on: how a file says what it is, and how it says what a file cannot.

columns  the columns by which a table is known as an export, and what is told about it
cells    cells of CSV that no spreadsheet runs, and back
names    file and folder names for any value
"""
