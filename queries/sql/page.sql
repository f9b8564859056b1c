-- The newest events of some ranges of seqs, some left out first: their seqs alone, because that reads few columns.
select seq
from events
where app = $app
  and /* chosen */ true
order by seq desc
limit $limit
offset $skip
