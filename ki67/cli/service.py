"""`ki67 app`, the service, and `ki67 app verify`, which looks over what it keeps."""

import gc
from pathlib import Path
from typing import Annotated

import typer

from ki67.cli.libraries import need

Data = Annotated[Path, typer.Option(envvar="KI67_DATA", help="folder of the pictures, and of SQLite")]
Database = Annotated[str, typer.Option(envvar="KI67_DATABASE", help="postgresql://NAME:PASSWORD@HOST/DATABASE else SQLite")]
Certificate = Annotated[tuple[Path, Path] | None, typer.Option(metavar="CERTIFICATE KEY", help="PEM files, to serve https")]
KEPT = Path("ki67-app")

app = typer.Typer(help="Serve the scorer to a team: cases, blind review, second opinions. Research use only.")


@app.callback(invoke_without_command=True)
def serve(
    context: typer.Context,
    data: Data = KEPT,
    database: Database = "",
    host: Annotated[str, typer.Option(help="where it listens; beyond this machine only with --tls or --public")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0 takes one that is free")] = 8067,
    tls: Certificate = None,
    public: Annotated[str, typer.Option(help="https://NAME as browsers see it, where a proxy stands before it")] = "",
    workers: Annotated[int, typer.Option(min=0, max=64, help="processes that score fields, beside one for slides")] = 1,
    cluster: Annotated[str, typer.Option(help="a Dask scheduler's address, for slides; its workers need the same folders")] = "",
) -> None:
    """Serve until Ctrl-C."""
    if context.invoked_subcommand:
        return
    gc.disable()  # while all is loaded, of which nothing is garbage: a seventh of the start
    from ki67.app.command import app_command
    from ki67.app.settings import AppSettings, Tls

    gc.freeze()
    gc.enable()
    if cluster:
        need("distributed")
    certificate = Tls(*tls) if tls else None
    app_command(AppSettings(data, database, host, port, certificate, public, workers, cluster), typer.echo)


@app.command()
def verify(data: Data = KEPT, database: Database = "") -> None:
    """Look over what a service keeps: the log's chain of seals, and every file that a row names. It may run meanwhile."""
    from ki67.app.command import verify_command
    from ki67.app.settings import AppSettings

    raise typer.Exit(0 if verify_command(AppSettings(data, database), typer.echo) else 1)
