"""Which contents rows name: files that stay as long as one of these rows, and that `ki67 app verify` looks for."""

from typing import Any

from sqlalchemy import Select, select

from ki67.app.store.rows import Case, Picture, Result, Review, Tumour

# Of what hangs on a picture: the network's cells, readers' cells, a slide's outline and its maps.
ON_PICTURES = (Result.cells, Review.cells, Tumour.outline, Tumour.mask, Tumour.heat)
CONTENTS: tuple[Select[Any, Any], ...] = (
    select(Case.owner_id, Picture.digest).select_from(Case).join(Picture),
    *(select(Case.owner_id, column).select_from(Case).join(Picture).join(column.class_) for column in ON_PICTURES),
)
