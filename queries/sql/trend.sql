-- How many events of each status came in each bucket of time, empty buckets too?
with counted as (
  select minute, status, sum(events)::bigint as events
  from by_minute
  where app = $app
    and /* chosen */ true
  group by minute, status
  having sum(events) > 0
),
edges as (
  select
    time_bucket(to_seconds($bucket), $since::timestamp) as first,
    coalesce($until::timestamp - interval 1 microsecond, greatest($as_of::timestamp, max(minute))) as last
  from counted
),
buckets as (
  select unnest(generate_series(first, last, to_seconds($bucket))) as bucket_at
  from edges
)
select
  strftime(bucket_at, '%Y-%m-%dT%H:%M:%S.%fZ') as at,
  coalesce(sum(events) filter (status = 'valid'), 0)::bigint as valid,
  coalesce(sum(events) filter (status = 'invalid'), 0)::bigint as invalid,
  coalesce(sum(events) filter (status = 'unplanned'), 0)::bigint as unplanned,
  coalesce(sum(events) filter (status = 'error'), 0)::bigint as error
from buckets
left join counted on bucket_at = time_bucket(to_seconds($bucket), minute)
group by bucket_at
order by bucket_at
