"""Words in tables: whatever they say, no spreadsheet takes them for a formula, and they come back as they were."""

from hypothesis import example, given
from hypothesis import strategies as st

from ki67.pictures.tables import FORMULA, escaped, unescaped

WORDS = st.text(alphabet=st.sampled_from("=+-@\t\r'a1 ") | st.characters())


@given(WORDS)
@example("'=1")
@example("''")
def test_words_come_back_and_are_never_a_formula(words: str) -> None:
    assert unescaped(escaped(words)) == words
    assert not escaped(words).startswith(FORMULA)


@given(WORDS)
def test_words_of_others_are_read_as_they_are_unless_they_are_shielded(words: str) -> None:
    assert unescaped(words) in (words, words.removeprefix("'"))
    assert unescaped(words) == words or escaped(unescaped(words)) == words


def test_most_words_stay_as_they_are() -> None:
    for words in ("", "a=1", "p1_1", "0.5", "in/-x"):
        assert escaped(words) == unescaped(words) == words
    assert [escaped(words) for words in ("=1+1", "-x", "'x")] == ["'=1+1", "'-x", "''x"]
    assert unescaped("'x") == "'x"
