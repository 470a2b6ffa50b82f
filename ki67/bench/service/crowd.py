"""What many clients see who all come at once: what they asked for, or when to come again."""

from collections import Counter
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from pathlib import Path

from ki67.bench.service.asking import AWAY, Answer, Client
from ki67.bench.service.clients import by_clients
from ki67.bench.service.figures import Figure, at_most
from ki67.bench.service.made import UM_PER_PX, picture
from ki67.bench.service.running import Running, running

CLIENTS, SIDE = 64, 256
DONE, LATER, CUT = "done", "told when to come again", "connection lost"


def crowded(folder: Path, database: str, requests: int) -> Iterator[Figure]:
    """So many requests of all clients together: every third sends a picture, the others read."""
    contents = [picture(number, SIDE) for number in range(-(-requests // 3))]
    with running(folder, database) as service:
        answers = asked_by_all(service, contents, requests)
    yield from seen_by(answers)


def seen_by(answers: Sequence[Answer | None]) -> Iterator[Figure]:
    """How many came to what; whatever no client expects is named."""
    kinds = Counter(map(kind_of, answers))
    what = f"{CLIENTS} clients at once"
    yield Figure("requests", f"{what}: requests", len(answers), "")
    yield Figure("later", f"{what}: told by {HTTPStatus.SERVICE_UNAVAILABLE:d} when to come again", kinds.pop(LATER, 0), "")
    kinds.pop(DONE, None)
    named = ", ".join(f"{kind}: {times}" for kind, times in kinds.most_common()) or "none"
    yield Figure("else", f"{what}: answered otherwise ({named})", kinds.total(), "", at_most(0))


def asked_by_all(service: Running, contents: Sequence[bytes], requests: int) -> list[Answer | None]:
    """All answers; none where the connection was lost."""
    with service.client() as client:
        case = client.new_case()

    def asked(client: Client, number: int) -> Answer | None:
        try:
            if number % 3 == 0:
                return client.send(case, contents[number // 3], UM_PER_PX)
            return client.ask("GET", f"/v1/cases/{case}/pictures" if number % 3 == 1 else "/v1/cases")
        except AWAY:
            return None

    return by_clients(service, CLIENTS, range(requests), asked)


def kind_of(answer: Answer | None) -> str:
    """What a client can do with it: one that is neither done nor refused for want of room goes by its status."""
    if answer is None:
        return CUT
    later = answer.status == HTTPStatus.SERVICE_UNAVAILABLE and answer.says_when
    return DONE if answer.good else LATER if later else str(answer.status)
