-- The same as violations, from the events themselves: for filters that counts do not know, and where they are in doubt.
with broken as (
  select seq, event_name, received_at, unnest(violations) as violation
  from events
  where app = $app
    and len(violations) > 0
    and seq >= $low
    and seq < $high
    and /* chosen */ true
)
select
  event_name,
  violation.path as path,
  violation.rule as rule,
  violation.severity as severity,
  count(distinct seq) as events,
  min(received_at) as first_at,
  max(received_at) as last_at,
  max(seq) as sample_seq
from broken
group by all
order by events desc, event_name, path, rule, severity
