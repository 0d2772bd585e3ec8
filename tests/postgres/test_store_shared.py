"""The store's own tests on PostgreSQL: lists, constraints, the writer."""

from tests.postgres.shared import collected
from tests.store import test_browse, test_lookback, test_schema, test_writer

SQLITE = {
    "test_an_index_serves_every_view_without_sorting": "reads SQLite's query plan",
    "test_models_and_migrations_agree": "here in test_schema.py",
    "test_an_edit_of_the_file_breaks_the_chain": "here in test_schema.py",
    "test_the_answer_comes_after_the_commit": "here in test_writer.py",
    "test_a_locked_store_answers_unavailable_and_heals": "here in test_writer.py",
    "test_a_full_disk_answers_unavailable_and_heals": "sets SQLite's page limit",
    "test_readers_cannot_write_and_are_not_blocked_by_a_writer": "here in test_writer.py",
    "test_who_comes_while_a_batch_is_at_work_shares_its_commit": "only SQLite's writer takes them in",
    "test_a_store_that_closes_first_finishes_who_came_meanwhile": "opens the file again",
    "test_the_file_is_private_and_opens_twice": "there is no file",
}
globals().update(collected(test_browse, test_lookback, test_schema, test_writer, but=SQLITE))
