-- The newest events between two seqs, some left out first: their seqs alone, because that reads few columns.
select seq
from events
where app = $app
  and seq >= $low
  and seq < $high
  and /* chosen */ true
order by seq desc
limit $limit
offset $skip
