"""The socket that the service answers on: nothing that is written to it waits."""

import asyncio
import socket
from pathlib import Path

from ki67.app.server import listening
from ki67.app.settings import AppSettings


def sends_at_once(listener: socket.socket) -> bool:
    """Whether a connection to it, taken as the service takes it, sends a small part while another one is under way."""
    told = asyncio.Queue[bool]()

    def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        at_once = writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        told.put_nowait(bool(at_once))
        writer.close()

    async def asked() -> bool:
        async with await asyncio.start_server(answer, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname())
            writer.close()
            return await told.get()

    return asyncio.run(asked())


def test_no_answer_waits_for_the_receipt_of_its_beginning(tmp_path: Path) -> None:
    assert sends_at_once(listening(AppSettings(tmp_path, port=0)))
    assert not sends_at_once(socket.create_server(("127.0.0.1", 0)))
