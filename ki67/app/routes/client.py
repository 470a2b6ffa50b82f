"""The client's files: whoever opens the service in a browser is given these, and nothing in them is secret."""

import re
from typing import Annotated

from fastapi import APIRouter, Header, Response
from starlette.convertors import StringConvertor, register_url_convertor

from ki67.app.browser.site import addresses, kind_of
from ki67.app.service import At

ASK_AGAIN = "no-cache"  # a browser keeps them, and asks each time whether they are the same


class Address(StringConvertor):
    """One that the client has; any other is none of the service's."""

    regex = "|".join(re.escape(address) for address in sorted(addresses(), reverse=True))


register_url_convertor("client", Address())
router = APIRouter(include_in_schema=False)


@router.get("/{address:client}")
def get_file(at: At, address: str, if_none_match: Annotated[str | None, Header()] = None) -> Response:
    """One of them, or that it is the one that the browser has."""
    headers = {"ETag": at.client.site.tag(address), "Cache-Control": ASK_AGAIN}
    if if_none_match == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(at.client.site.answer(address), media_type=kind_of(address), headers=headers)
