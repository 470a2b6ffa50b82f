"""What Sphinx does anew for every page although the answer stays the same: here it is found once a build."""

import gc
from collections.abc import Mapping
from functools import cache

from pybtex.plugin import find_plugin, register_plugin
from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

LOOKED_FOR = ("pybtex.backends", "plaintext")  # by each citation, among everything that is installed


class OneStemAWord(SearchEnglish):
    """The search index's English: a word that many pages have is cut to its stem once."""

    def init(self, options: dict[str, str]) -> None:
        """What Sphinx calls."""
        super().init(options)
        self.stem = cache(super().stem)


def setup(app: Sphinx) -> Mapping[str, bool]:
    """What Sphinx calls."""
    gc.disable()  # nearly all that a build makes lives to its end: looking for garbage in it is a quarter of the time
    app.add_search_language(OneStemAWord)
    register_plugin(*LOOKED_FOR, find_plugin(*LOOKED_FOR), force=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
