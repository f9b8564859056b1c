-- How many events does each block of each part count, and received from when to when?
select
  filename,
  block,
  sum(events)::bigint as events,
  min(case when $timed then first_at end) as first_at,
  max(case when $timed then last_at end) as last_at
from by_block
where app = $app
  and /* chosen */ true
group by filename, block
