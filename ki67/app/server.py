"""The service on a socket: bound before anything else is begun, so that a taken port is told in one line."""

import logging
import socket
import ssl
from ipaddress import ip_address

import uvicorn

from ki67.app.api import create_app
from ki67.app.service import Service
from ki67.app.settings import AppSettings, Tls
from ki67.base.errors import InputError

WAITING = 512  # connections that the system holds for us
IDLE_S = 20
GOODBYE_S = 5  # for answers that are under way, and streams of events, when the service ends


def listening(settings: AppSettings) -> socket.socket:
    """The address, taken; port 0 takes any that is free."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        taken = socket.create_server((settings.host, settings.port), family=family, backlog=WAITING)
    except (OSError, OverflowError) as error:
        place, why = f"{settings.host}:{settings.port}", getattr(error, "strerror", None) or str(error)
        raise InputError(f"{place}: cannot be listened on ({why}); name another --host or --port") from error
    # Told that it is TCP, asyncio sends at once. Else the body of an answer waits 40 ms for the receipt of its head.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=taken.detach())


def check_exposure(settings: AppSettings) -> None:
    """Passwords cross no network in the clear: beyond this machine there is a certificate, here or at a proxy."""
    if settings.public and not settings.public.startswith("https://"):
        raise InputError(f"--public {settings.public}: must begin with https://, as browsers see the service")
    if not (is_loopback(settings.host) or settings.tls or settings.public):
        raise InputError(
            f"--host {settings.host}: others would send passwords unencrypted; give --tls CERTIFICATE KEY, "
            "or --public https://NAME where a proxy encrypts"
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def check_tls(tls: Tls) -> None:
    """A certificate and key that are there, whole, and of one another."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for path in (tls.certificate, tls.key):
        if not path.is_file():
            raise InputError(f"{path}: no such file; --tls takes a certificate and its key, as PEM files")
    try:
        context.load_cert_chain(tls.certificate, tls.key, password=lambda: b"")
    except (ssl.SSLError, OSError) as error:
        why = str(getattr(error, "reason", None) or error.strerror or "unreadable").replace("_", " ").lower()
        raise InputError(f"{tls.certificate}, {tls.key}: no certificate with its key ({why}); give PEM files") from error


def serve(service: Service, listener: socket.socket) -> None:
    """Answer until told to end."""
    uvicorn.Server(configuration(service)).run(sockets=[listener])


def configuration(service: Service) -> uvicorn.Config:
    """How uvicorn is run: no list of who asked for what, no name of the program in answers."""
    settings, tls = service.settings, service.settings.tls
    logging.basicConfig(level=logging.WARNING, format="ki67: %(message)s")
    return uvicorn.Config(
        create_app(service), log_config=None, access_log=False, server_header=False, lifespan="off", ws="none",
        proxy_headers=bool(settings.public), timeout_keep_alive=IDLE_S, timeout_graceful_shutdown=GOODBYE_S,
        backlog=WAITING, h11_max_incomplete_event_size=1 << 15,
        ssl_certfile=tls.certificate if tls else None, ssl_keyfile=tls.key if tls else None,
    )  # fmt: skip
