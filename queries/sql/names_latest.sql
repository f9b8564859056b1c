-- What is the status of the newest event of each name, between two seqs?
select
  event_name,
  arg_max(status, seq) as latest_status
from events
where app = $app
  and seq >= $low
  and seq < $high
  and event_name is not null
  and event_type is distinct from 'system'
  and ($since::timestamp is null or received_at >= $since)
  and ($until::timestamp is null or received_at < $until)
  and ($event::varchar[] is null or list_contains($event, coalesce(event_name, '')) = $event_in)
  and ($event_type::varchar[] is null or list_contains($event_type, coalesce(event_type, '')) = $event_type_in)
  and ($status::varchar[] is null or list_contains($status, status) = $status_in)
  and ($source::varchar[] is null or list_contains($source, coalesce(source, '')) = $source_in)
  and ($app_version::varchar[] is null or list_contains($app_version, coalesce(app_version, '')) = $app_version_in)
  and ($platform::varchar[] is null or list_contains($platform, coalesce(platform, '')) = $platform_in)
  and ($environment::varchar[] is null or list_contains($environment, coalesce(environment, '')) = $environment_in)
group by event_name
