"""The book's table of hostile inputs says what this suite tries."""

from counted import TABLE, table


def test_the_table_counts_what_is_tried() -> None:
    assert TABLE.read_text() == table(), "python tests/hostile/counted.py writes it anew"
