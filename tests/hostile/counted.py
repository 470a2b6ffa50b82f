"""How many hostile inputs are tried, and how they end: the table of the book. `python tests/hostile/counted.py` writes it."""

import csv
import importlib
import io
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
TABLE = HERE.parents[1] / "metrics/hostile.csv"


def table() -> str:
    """A row a subject, and one of all; each case ends as its test asserts that it does."""
    sys.path[:0] = [str(HERE), str(HERE.parent)]
    from attempts import Case, Ended

    modules = [importlib.import_module(file.stem) for file in sorted(HERE.glob("test_*.py"))]
    cases = [case for module in modules for case in getattr(module, "CASES", []) if isinstance(case, Case)]
    subjects = sorted({case.subject for case in cases})
    rows = {subject: Counter(case.ended for case in cases if case.subject == subject) for subject in subjects}
    rows["in all"] = Counter(case.ended for case in cases)
    stream = io.StringIO()
    lines = csv.writer(stream, lineterminator="\n")
    lines.writerow(["subject", "tried", "refused", "warned", "done"])
    lines.writerows([subject, ended.total(), *(ended[way] for way in Ended)] for subject, ended in rows.items())
    return stream.getvalue()


if __name__ == "__main__":
    TABLE.write_text(table())
    print(TABLE.read_text(), end="")
