-- How many events lie between two seqs?
select count(*) as events
from events
where app = $app
  and seq >= $low
  and seq < $high
  and /* chosen */ true
