"""What people look at: the pages, and the JSON API they and any other client read from.

server.py     puts everything on one Flask server and runs it
api.py        the routes; questions.py the questions behind them; answers.py remembers each answer as bytes
guard.py      who may ask, and what a browser may do with the answer; errors.py the one shape of a refusal
watch.py      notices commits, so that the newest version is known before anybody asks; health.py tells how it goes
shell.py      what surrounds every page; pages/ one file per page
charts.py cards.py grids.py fields.py verdicts.py broken.py    pure: rows in, something to look at out
colours.py wording.py first_steps.py     the only places for status colours, how numbers are written, lines to paste
attributes.py                            HTML attributes that Python cannot spell
assets/       style, and the few moves a browser makes by itself: refresh, the log's rows, the theme
"""
