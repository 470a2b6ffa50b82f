"""What belongs to no chapter: the papers' figures beside ours, and where trials are run."""

from ki67.settings.stage import Section, Stage


class Claims(Stage):
    """The stage that sets the papers' figures beside ours; it has nothing to set."""


class Cluster(Section):
    """Where trials are run: on this machine, or on a Dask cluster at an address."""

    address: str


SECTIONS = (Claims, Cluster)
