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
DONE, LATER, ELSE = "done", "told when to come again", "anything else"


def crowded(folder: Path, database: str, requests: int) -> Iterator[Figure]:
    """So many requests of all clients together: every third sends a picture, the others read."""
    contents = [picture(number, SIDE) for number in range(-(-requests // 3))]
    with running(folder, database) as service:
        answers = asked_by_all(service, contents, requests)
    kinds = Counter(kind_of(answer) for answer in answers)
    yield Figure("requests", f"requests of {CLIENTS} clients at once", len(answers), "")
    yield Figure("later", f"answered by {HTTPStatus.SERVICE_UNAVAILABLE:d} with Retry-After", kinds[LATER], "")
    yield Figure("else", "answered by anything else but 2xx", kinds[ELSE], "", at_most(0))


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
    """What a client can do with it."""
    if answer is None:
        return ELSE
    return DONE if answer.good else LATER if answer.says_when else ELSE
