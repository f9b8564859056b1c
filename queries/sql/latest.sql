-- What was the last thing that happened to each app's events?
select
  app,
  coalesce(max(latest_seq), 0) as latest_seq,
  sum(events)::bigint as events,
  sum(replaced)::bigint as replaced
from by_hour
group by app
having sum(events) > 0
