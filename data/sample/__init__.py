"""The demo app `shop`, which knows the rest of the product only by its HTTP address.

shop.csv       its plan; three of its events never come
catalogue      what it sells, and the people and devices that buy
sessions       one visit to the shop as the events its app reports
faults         the ways a real app breaks them
traffic        many visits at once, with faults: an endless stream of events
generate       the same to a file, `python -m data.sample.generate 1000000 > events.ndjson`
send           the same over HTTP, as any client would
events.ndjson  500 events of it
"""
