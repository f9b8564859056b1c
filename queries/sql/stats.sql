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
    and /* chosen */ true
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
