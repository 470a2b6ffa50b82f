"""A scale that somebody gives a picture afterwards, where neither its file nor its size told it."""

from http import HTTPStatus
from pathlib import Path

from ki67.app.access.who import Who
from ki67.app.intake.take_in import NAME
from ki67.app.problems import Problem, refused_picture
from ki67.app.scoring.network import SCALES
from ki67.app.service import Service
from ki67.app.store.log import append
from ki67.app.store.rows import Job, Picture
from ki67.app.visible import own_case, visible_picture
from ki67.base.errors import InputError
from ki67.pictures.header import Header


def give_scale(at: Service, who: Who, picture_id: str, um_per_px: float) -> Picture:
    """Then it waits to be scored. What is scored already keeps the scale that its result is for."""
    with at.database.writing() as session:
        picture = visible_picture(session, who.account_id, picture_id)
        own_case(session, who.account_id, picture.case_id)
        session.refresh(picture, with_for_update=True)
        if picture.state != "needs_scale":
            raise Problem(HTTPStatus.CONFLICT, f"{NAME}: has a scale already; send it to another case with the other scale")
        check(picture, um_per_px)
        picture.um_per_px, picture.state = um_per_px, "waiting"
        session.add(Job(picture_id=picture.id))
        append(session, who.account_id, "picture.scaled", picture.id)
    at.ring()
    return picture


def check(picture: Picture, um_per_px: float) -> None:
    """Refuse a scale at which it could not be scored."""
    head = Header(Path(NAME), picture.width, picture.height, picture.format, "RGB", None, asked=um_per_px)
    try:
        SCALES[picture.kind]().check(head)
    except InputError as error:
        raise refused_picture(error, NAME) from error
