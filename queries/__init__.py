"""The questions that can be asked of a store: each is one function here and one file of SQL beside it.

reader      runs SQL over exactly the live parts: the only file that knows which engine answers
look        what one question sees of them
live_set    which parts are live and can be read; census: what each of them holds, in short
rollup      which counts answer a window with the fewest rows
filter      which events a question is about, read from a query string
conditions  the one place that says a filter in SQL
page        which page of the log
parameters  single parameters, and what is refused in them
errors      the ways a question can get no answer

apps        which apps there are                     sql/apps.sql
version     has anything moved?                      sql/latest.sql
stats       how many events, how many names          sql/stats.sql, sql/names_latest.sql
trend       events over time by status               sql/trend.sql
coverage    planned names: captured, missing         sql/coverage.sql
violations  which rules break, how often             sql/violations.sql, sql/violations_in_events.sql
violation_trends  how each of them went           sql/violation_trends.sql
events      a page of the log, anywhere in it        sql/page.sql, and sql/rows.sql for what is on it
seek        where in the log a page lies             sql/rows_in_blocks.sql
blocks      which blocks can hold a filter's events  sql/block_sums.sql, sql/broken_blocks.sql; kept: worked out before
find        blocks ruled out by Bloom filters; bloom: reads these; pace: how much to read where nothing is known
event       one event and its field table            sql/event.sql
export/     the rows of a filter as files for other tools, and three reports

Import a question from the file of its name: `from queries.stats import stats`.
"""
