"""Senders' envelopes, one file each: a body in, a batch of events in our one shape out.

native      `POST /v1/events`
original    `POST /api/logs/<app>`, the forms of the product this one replaces
each        what they share: a body read event by event when it cannot be read at once
members     the members of one event, and what is wrong with them
"""
