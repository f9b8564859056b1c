"""What the processes at work on one store have in common; nothing here knows what they do.

settings   flags and variables read into a dataclass; commands is the command line around it, arguments what
           each command takes, progress the bar of the long ones
supervise  child processes kept running as one
serving    an HTTP server in one of them
lock       one process of a kind per store
wake       waits until a folder changes
status     what each says of itself, for the others to read
"""
