-- What is known of some events, newest first?
select
  seq, event_name, event_id, event_type, status, violations,
  strftime(received_at, '%Y-%m-%dT%H:%M:%S.%fZ') as received_at,
  strftime(occurred_at, '%Y-%m-%dT%H:%M:%S.%fZ') as occurred_at,
  plan_version, source, app_version, platform, environment, session, user_id, copies,
  case when not $brief then payload end as payload,
  case when not $brief then context end as context
from events
where app = $app
  and /* chosen */ true
  and seq in (select unnest($seqs::bigint[]))
order by seq desc
