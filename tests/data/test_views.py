import duckdb

from data import views
from data.layout import Store
from data.schema import RELATIONS
from tests.storing import put, spooled


def test_an_empty_store_has_empty_views_with_every_column(store: Store) -> None:
    views.write(store)
    for relation, schema in RELATIONS.items():
        with duckdb.connect() as connection:
            connection.execute(store.views.read_text())
            found = connection.sql(f"select * from {relation}")
            assert found.columns == schema.names()
            assert found.fetchall() == []


def test_the_views_show_each_event_once(store: Store) -> None:
    for price in (1, 2, 1):
        put(store, spooled(event_name="sold", payload={"price": price}))
    with duckdb.connect() as connection:
        connection.execute(store.views.read_text())
        shown = connection.sql("select payload, copies, supersedes from events order by seq").fetchall()
        assert shown == [('{"price": 2}', 1, None), ('{"price": 1}', 2, 1)]
        assert connection.sql("select sum(events), sum(replaced) from by_minute").fetchall() == [(2, 1)]


def test_a_folder_name_with_a_quote_is_quoted(store: Store) -> None:
    odd = Store(store.root / "it's").create()
    put(odd, spooled(event_name="sold"))
    with duckdb.connect() as connection:
        connection.execute(odd.views.read_text())
        assert connection.sql("select count(*) from events").fetchall() == [(1,)]
