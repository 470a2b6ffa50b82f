"""The client's files: whoever opens the service in a browser is given these, and nothing in them is secret."""

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from ki67.app.browser.site import addresses, kind_of
from ki67.app.service import At

router = APIRouter(include_in_schema=False)
ASK_AGAIN = "no-cache"  # a browser keeps them, and asks each time whether they are the same


def get_file(at: At, request: Request) -> Response:
    """One of them, or that it is the one that the browser has."""
    address = request.url.path.removeprefix("/")
    content, tag = at.client.site.answer(address), at.client.site.tag(address)
    headers = {"ETag": tag, "Cache-Control": ASK_AGAIN}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=kind_of(address), headers=headers)


for place in addresses():
    router.routes.append(APIRoute(f"/{place}", get_file, methods=["GET"], include_in_schema=False))
