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
    and /* chosen */ true
  group by all
  having sum(events) > 0
)
group by event_name
order by event_name
