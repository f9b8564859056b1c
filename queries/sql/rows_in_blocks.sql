-- How many events does each block hold?
select seq // $block_size as block, count(*) as events
from events
where app = $app
  and /* chosen */ true
group by block
