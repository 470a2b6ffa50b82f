"""What keeps people who see, hear or move otherwise from a screen, as axe-core finds it."""

from typing import Any

import pytest

from tests.browser.conftest import ROOT

AXE = ROOT / "build/axe/package/axe.min.js"
FOUND = "async () => (await axe.run()).violations.map(({id, nodes}) => `${id}: ${nodes.map(({html}) => html).join(' ')}`)"


def barriers(page: Any) -> list[str]:
    """Of the screen that is shown."""
    if not AXE.is_file():
        pytest.skip("no axe-core here; `make axe` fetches it")
    page.evaluate(AXE.read_text())
    return list(page.evaluate(FOUND))
