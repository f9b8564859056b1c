-- In which blocks were these rules broken: by at most how many events, and by exactly that many?
with kinds as (
  select block, path, rule, severity, sum(events)::bigint as events
  from violations
  where app = $app
    and /* chosen */ true
  group by all
  having sum(events) > 0
)
select
  block,
  sum(events)::bigint as events,
  count(*) = 1 as exact
from kinds
group by block
