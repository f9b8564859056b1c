-- Which rules were broken, how often, first and last when, and which event shows it?
-- The `_low` and `_high` seqs bound where each answer comes from: a hidden event among them may have given it.
with cells as (
  select
    event_name, path, rule, severity, block, minute,
    sum(events)::bigint as events,
    min(first_at) as first_at,
    max(last_at) as last_at,
    min(first_seq) as first_seq,
    max(latest_seq) as latest_seq
  from violations
  where app = $app
    and ($since::timestamp is null or minute >= $since)
    and ($until::timestamp is null or minute < $until)
    and ($event::varchar[] is null or list_contains($event, coalesce(event_name, '')) = $event_in)
    and ($app_version::varchar[] is null or list_contains($app_version, coalesce(app_version, '')) = $app_version_in)
  group by all
  having sum(events) > 0
),
kinds as (
  select
    event_name, path, rule, severity,
    sum(events)::bigint as events,
    min(first_at) as first_at,
    max(last_at) as last_at,
    max(latest_seq) as sample_seq,
    min(minute) as first_minute,
    max(minute) as last_minute,
    max(block) as last_block
  from cells
  group by all
)
select
  kinds.*,
  min(first_seq) filter (minute = first_minute) as first_low,
  max(latest_seq) filter (minute = first_minute) as first_high,
  min(first_seq) filter (minute = last_minute) as last_low,
  max(latest_seq) filter (minute = last_minute) as last_high,
  min(first_seq) filter (block = last_block) as sample_low
from kinds
join cells
  on cells.event_name is not distinct from kinds.event_name
  and cells.path is not distinct from kinds.path
  and cells.rule = kinds.rule
  and cells.severity = kinds.severity
  and (minute = first_minute or minute = last_minute or block = last_block)
group by all
order by kinds.events desc, kinds.event_name, kinds.path, kinds.rule, kinds.severity
