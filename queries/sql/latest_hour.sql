-- In which hour did the newest event of an app come that is still there?
select max(hour) as hour
from (
  select hour
  from by_hour
  where app = $app
  group by hour
  having sum(events) > 0
)
