-- The same as violations, from the events themselves: for filters that counts do not know, and where they are in doubt.
with broken as (
  select seq, event_name, received_at, unnest(violations) as violation
  from events
  where app = $app
    and len(violations) > 0
    and seq >= $low
    and seq < $high
    and ($since::timestamp is null or received_at >= $since)
    and ($until::timestamp is null or received_at < $until)
    and ($event::varchar[] is null or list_contains($event, coalesce(event_name, '')) = $event_in)
    and ($event_type::varchar[] is null or list_contains($event_type, coalesce(event_type, '')) = $event_type_in)
    and ($status::varchar[] is null or list_contains($status, status) = $status_in)
    and ($source::varchar[] is null or list_contains($source, coalesce(source, '')) = $source_in)
    and ($app_version::varchar[] is null or list_contains($app_version, coalesce(app_version, '')) = $app_version_in)
    and ($platform::varchar[] is null or list_contains($platform, coalesce(platform, '')) = $platform_in)
    and ($environment::varchar[] is null or list_contains($environment, coalesce(environment, '')) = $environment_in)
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
