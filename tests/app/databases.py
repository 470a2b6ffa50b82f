"""A test that asks for rows runs on both databases, but for one whose statement is about something else."""

import pytest

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
