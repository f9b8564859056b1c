-- How many events broke which rule in each bucket of time, of which app version?
select
  event_name, path, rule, severity, app_version,
  time_bucket(to_seconds($bucket), minute) as bucket_at,
  sum(events)::bigint as events
from violations
where app = $app
  and /* chosen */ true
group by all
having sum(events) <> 0
