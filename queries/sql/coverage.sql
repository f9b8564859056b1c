-- Which names were seen, and was each of their events valid and without a warning?
select
  event_name,
  bool_and(status = 'valid' and warned = 0) as fully_valid
from (
  select event_name, status, sum(events)::bigint as events, sum(warned)::bigint as warned
  from by_minute
  where app = $app
    and event_name is not null
    and event_type is distinct from 'system'
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
group by event_name
order by event_name
