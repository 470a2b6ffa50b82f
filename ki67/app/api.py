"""The service as an application: its routes under one table of permissions, its refusals in one form."""

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from ki67.app.access.bodies import CappedBodies
from ki67.app.access.crowd import Crowd
from ki67.app.access.headers import SafeHeaders
from ki67.app.access.permissions import permitted
from ki67.app.answers import answer_fault, answer_http, answer_invalid, answer_problem
from ki67.app.problems import Problem
from ki67.app.routes import (
    accounts,
    agreement,
    assignments,
    batches,
    cases,
    client,
    comments,
    contacts,
    contract,
    events,
    export,
    health,
    learning,
    links,
    me,
    passkeys,
    pictures,
    results,
    reviews,
    sign_in,
    tokens,
    tumours,
    uploads,
)
from ki67.app.service import Service

ROUTERS = (
    health.router,
    contract.router,
    links.router,
    sign_in.router,
    passkeys.router,
    tokens.router,
    me.router,
    accounts.router,
    cases.router,
    pictures.router,
    comments.router,
    contacts.router,
    assignments.router,
    reviews.router,
    learning.router,
    agreement.router,
    batches.router,
    uploads.router,
    results.router,
    tumours.router,
    events.router,
    export.router,
    client.router,
)


def create_app(service: Service) -> FastAPI:
    """An application over an open service; whoever opened it closes it."""
    app = FastAPI(title="ki67", dependencies=[Depends(permitted)], openapi_url=None, docs_url=None, redoc_url=None)
    app.state.service = service
    for router in ROUTERS:
        app.include_router(router)
    app.add_exception_handler(Problem, answer_problem)
    app.add_exception_handler(HTTPException, answer_http)
    app.add_exception_handler(RequestValidationError, answer_invalid)
    app.add_exception_handler(Exception, answer_fault)
    app.add_middleware(CappedBodies, service.settings.caps)
    app.add_middleware(Crowd)
    app.middleware_stack = SafeHeaders(app.build_middleware_stack(), service.settings.origin.startswith("https:"))
    return app
