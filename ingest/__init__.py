"""Taking events in. One accepted event's way, one file a step:

adapt    adapters/, split, bodies    a sender's bytes become events, each with its payload as raw JSON text
spool    spool, segments, lines      they are fsynced, then the sender is answered
read     read                        the writer takes whole sealed segments, as columns
judge    plans.judge                 each event against its app's plan
dedup    dedup, index                an event that came before is replaced by its newest copy
commit   commit                      one rename makes the batch a part of the store
merge    merge                       small parts become large ones
"""
