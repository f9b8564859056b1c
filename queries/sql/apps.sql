-- Which apps have sent events, how many, and when did the last one come?
select
  app,
  sum(events)::bigint as events,
  coalesce(sum(events) filter (status = 'valid'), 0)::bigint as valid,
  coalesce(sum(events) filter (status = 'invalid'), 0)::bigint as invalid,
  coalesce(sum(events) filter (status = 'unplanned'), 0)::bigint as unplanned,
  coalesce(sum(events) filter (status = 'error'), 0)::bigint as error,
  strftime(max(last_at), '%Y-%m-%dT%H:%M:%S.%fZ') as last_received_at
from by_hour
group by app
having sum(events) > 0
order by app
