-- What is the status of the newest event of each name, between two seqs?
select
  event_name,
  arg_max(status, seq) as latest_status
from events
where app = $app
  and seq >= $low
  and seq < $high
  and event_name is not null
  and event_type is distinct from 'system'
  and /* chosen */ true
group by event_name
