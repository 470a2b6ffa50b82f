"""The client in a service: put together when the first browser asks for it, so that the service starts at once."""

from pathlib import Path
from threading import Lock

from ki67.app.browser.site import Site
from ki67.app.store.files import told_when_full


class ServedClient:
    """The files, made once."""

    def __init__(self, kept: Path) -> None:
        self.kept = kept
        self._lock = Lock()
        self._site: Site | None = None

    @property
    def site(self) -> Site:
        """Whoever asks while they are made waits for them; where the disk is full, whoever asks next tries again."""
        with self._lock, told_when_full():
            self._site = self._site or Site.of_service(self.kept)
            return self._site
