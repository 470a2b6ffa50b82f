"""What belongs to no chapter: the papers' figures beside ours, and where trials are run."""

from ki67.settings.stage import Section, Stage


class Claims(Stage):
    """The papers' figures beside ours."""


class Cluster(Section):
    """Where trials are run."""

    address: str


SECTIONS = (Claims, Cluster)
