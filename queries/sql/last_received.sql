-- When did the newest event of an app come, from some time on?
select strftime(max(received_at), '%Y-%m-%dT%H:%M:%S.%fZ') as last_received_at
from events
where app = $app
  and received_at >= $since
