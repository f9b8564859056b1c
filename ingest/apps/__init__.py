"""What is set for an app, and what goes: its quota, its deletion, what has expired.

app_routes, app_commands    settings and deletion, over HTTP and on the command line
quota                       what an app may send in a day
deletion                    an order to delete, which takes the events' way through the spool
retention                   what has expired
removal                     either as a commit: the rows that go, and the counts that are taken back
"""
