"""The contract, for programs that read it."""

from typing import Any

from fastapi import APIRouter, Request

from ki67.app.openapi import contract

router = APIRouter(prefix="/v1", tags=["service"])


@router.get("/openapi.json")
def openapi(request: Request) -> dict[str, Any]:
    """Every address with what it takes, gives and refuses, as OpenAPI 3.1."""
    return contract(request.app)
