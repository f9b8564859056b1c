-- How many events of each status came, under which names, and how did each name do last?
with counted as (
  select
    case when event_type is distinct from 'system' then event_name end as event_name,
    status,
    sum(events)::bigint as events,
    sum(warned)::bigint as warned,
    sum(replaced)::bigint as replaced,
    max(latest_seq) as latest_seq
  from by_minute
  where app = $app
  and ($since::timestamp is null or minute >= $since)
  and ($until::timestamp is null or minute < $until)
  and ($event::varchar[] is null or list_contains($event, coalesce(event_name, '')) = $event_in)
  and ($event_type::varchar[] is null or list_contains($event_type, coalesce(event_type, '')) = $event_type_in)
  and ($status::varchar[] is null or list_contains($status, status) = $status_in)
  and ($source::varchar[] is null or list_contains($source, coalesce(source, '')) = $source_in)
  and ($app_version::varchar[] is null or list_contains($app_version, coalesce(app_version, '')) = $app_version_in)
  and ($platform::varchar[] is null or list_contains($platform, coalesce(platform, '')) = $platform_in)
  and ($environment::varchar[] is null or list_contains($environment, coalesce(environment, '')) = $environment_in)
  group by all
  having sum(events) > 0
)
select
  event_name,
  coalesce(sum(events), 0)::bigint as total,
  coalesce(sum(events) filter (status = 'valid'), 0)::bigint as valid,
  coalesce(sum(events) filter (status = 'invalid'), 0)::bigint as invalid,
  coalesce(sum(events) filter (status = 'unplanned'), 0)::bigint as unplanned,
  coalesce(sum(events) filter (status = 'error'), 0)::bigint as error,
  coalesce(sum(warned), 0)::bigint as warned,
  coalesce(sum(replaced), 0)::bigint as replaced,
  max(latest_seq) as latest_seq,
  arg_max(status, latest_seq) as latest_status
from counted
group by event_name
