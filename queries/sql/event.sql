-- Everything about one event.
select
  seq, event_name, event_id, event_type, status, violations,
  strftime(received_at, '%Y-%m-%dT%H:%M:%S.%fZ') as received_at,
  strftime(occurred_at, '%Y-%m-%dT%H:%M:%S.%fZ') as occurred_at,
  plan_version, source, app_version, platform, environment, session, user_id, copies, payload, context, unread
from events
where app = $app
  and seq = $seq
