"""How far the pictures of a case are, told as it changes (server-sent events); lists can be asked again and again instead."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from ki67.app.access.who import Asking, Who
from ki67.app.problems import Problem
from ki67.app.routes.refusals import Responses
from ki67.app.service import At, Service
from ki67.app.store.rows import Picture
from ki67.app.visible import visible_case
from ki67.app.words import Id

router = APIRouter(prefix="/v1", tags=["results"])
EVERY, BEAT, LONGEST = 1.0, 15.0, 300.0  # seconds between looks, between signs of life, until a browser asks anew
STREAM = "text/event-stream"
ANSWERS: Responses = {200: {"content": {STREAM: {}}}}
States = Mapping[str, str]


@router.get("/cases/{case_id}/events", response_class=StreamingResponse, responses=ANSWERS)
def case_events(at: At, who: Asking, case_id: Id) -> StreamingResponse:
    """An event `picture` with id and state for each picture and each change, and `settled` at the end, when none waits."""
    look = partial(states, at, who, case_id)
    look()
    return StreamingResponse(told(look), media_type=STREAM)


def states(at: Service, who: Who, case_id: str) -> States:
    """Of each picture, as long as one may see the case."""
    with at.database.reading() as session:
        visible_case(session, who.account_id, case_id)
        rows = session.execute(select(Picture.id, Picture.state).where(Picture.case_id == case_id).order_by(Picture.id))
        return {picture_id: state for picture_id, state in rows}


async def told(look: Callable[[], States], every: float = EVERY) -> AsyncIterator[str]:
    """What is new at each look; ends when nothing waits, when the case may not be seen any more, or after some minutes."""
    known: States = {}
    begin = last = time.monotonic()
    while time.monotonic() - begin < LONGEST:
        try:
            found = await run_in_threadpool(look)
        except Problem:
            return
        for picture_id in (each for each in found if known.get(each) != found[each]):
            last = time.monotonic()
            yield event("picture", id=picture_id, state=found[picture_id])
        known = found
        if "waiting" not in found.values():
            yield event("settled")
            return
        if time.monotonic() - last > BEAT:
            last = time.monotonic()
            yield ": waiting\n\n"
        await asyncio.sleep(every)


def event(name: str, **data: str) -> str:
    """As the stream writes it."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
