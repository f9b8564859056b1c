-- Which blocks hold events, newest first, how many, and are all of the block's within the window and below `top`?
select
  block,
  sum(events)::bigint as events,
  (
    ($since::timestamp is null or min(first_at) >= $since)
    and ($until::timestamp is null or max(last_at) < $until)
    and (block + 1) * $block_size <= $top
  ) as whole
from by_block
where app = $app
  and block * $block_size < $top
  and ($event::varchar[] is null or list_contains($event, coalesce(event_name, '')) = $event_in)
  and ($event_type::varchar[] is null or list_contains($event_type, coalesce(event_type, '')) = $event_type_in)
  and ($status::varchar[] is null or list_contains($status, status) = $status_in)
  and ($source::varchar[] is null or list_contains($source, coalesce(source, '')) = $source_in)
  and ($app_version::varchar[] is null or list_contains($app_version, coalesce(app_version, '')) = $app_version_in)
  and ($platform::varchar[] is null or list_contains($platform, coalesce(platform, '')) = $platform_in)
  and ($environment::varchar[] is null or list_contains($environment, coalesce(environment, '')) = $environment_in)
group by block
having sum(events) > 0
  and ($since::timestamp is null or max(last_at) >= $since)
  and ($until::timestamp is null or min(first_at) < $until)
order by block desc
