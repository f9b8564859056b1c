-- Which rules were broken, how often, first and last when, and which event shows it?
-- Extremes may be those of a replaced event; `_low` and `_high` bound the seqs that such an event must have.
with minutes as (
  select
    event_name, path, rule, severity, minute,
    sum(events)::bigint as events,
    min(first_at) as first_at,
    max(last_at) as last_at,
    min(first_seq) as first_seq,
    max(latest_seq) as latest_seq
  from violations
  where app = $app
    and /* chosen */ true
  group by all
  having sum(events) > 0
)
select
  event_name, path, rule, severity,
  sum(events)::bigint as events,
  min(first_at) as first_at,
  max(last_at) as last_at,
  max(latest_seq) as sample_seq,
  min(minute) as first_minute,
  arg_min(first_seq, minute) as first_low,
  arg_min(latest_seq, minute) as first_high,
  max(minute) as last_minute,
  arg_max(first_seq, minute) as last_low,
  arg_max(latest_seq, minute) as last_high,
  max(first_seq) as sample_low
from minutes
group by event_name, path, rule, severity
order by events desc, event_name, path, rule, severity
