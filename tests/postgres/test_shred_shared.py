"""Shredding on PostgreSQL: the same rows lose their words, the same guards let nothing else happen."""

from tests.operations import test_shred
from tests.postgres.shared import collected

FILES = dict.fromkeys(
    """test_no_word_of_the_guest_is_left_and_no_sum_has_changed test_a_dry_run_changes_nothing_and_says_what_would_be
    test_a_second_run_finds_nothing_and_late_events_are_cleaned_by_it
    test_a_run_that_was_cut_short_is_finished_by_the_next test_an_edit_is_noticed_before_and_after""".split(),
    "looks into SQLite's file",
)
globals().update(collected(test_shred, but=FILES))
