"""Whether the service and its database answer."""

from importlib.metadata import version

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text

from ki67.app.service import At

router = APIRouter(prefix="/v1", tags=["service"])


class HealthView(BaseModel):
    """It answers, in this version."""

    version: str
    research_use_only: bool = True


@router.get("/health")
def health(at: At) -> HealthView:
    """Ask the database, and say which version this is."""
    with at.database.reading() as session:
        session.execute(text("SELECT 1"))
    return HealthView(version=version("ki67"))
