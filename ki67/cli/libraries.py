"""The libraries of the study under the commands: kept quiet while they start, and named with their remedy where they lack."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from importlib.util import find_spec
from pathlib import Path

from ki67.base.quiet import quiet_libraries

EXTRA = "pip install 'ki67[study]'"
EXTRA_OF_APP = "pip install 'ki67[app]'"
OF_STUDY = (
    "click", "codecarbon", "dask", "distributed", "dvc", "h5py", "ipykernel", "jupyter_book", "keras", "lightgbm", "matplotlib",
    "nbformat", "onnxruntime", "pandas", "papermill", "ruamel", "sklearn", "tensorflow", "zstandard",
)  # fmt: skip
OF_APP = ("alembic", "argon2", "fastapi", "multipart", "psycopg", "python_multipart", "sqlalchemy", "uvicorn", "webauthn")
REMEDIES = {**dict.fromkeys(OF_STUDY, EXTRA), **dict.fromkeys(OF_APP, EXTRA_OF_APP), "cv2": "pip install opencv-python-headless"}


@contextmanager
def quiet() -> Iterator[None]:
    """A command's own words and bars reach the terminal; what TensorFlow prints past Python and Keras warns of do not."""
    with quiet_libraries(Path(os.devnull)) as terminal, redirect_stderr(terminal), warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="keras|tensorflow")
        yield


def need(*packages: str) -> None:
    """Say what lacks before anything is begun, where a command only finds out in the middle, or in another process."""
    for package in packages:
        if find_spec(package) is None:
            raise ModuleNotFoundError(name=package)


def remedy(error: ModuleNotFoundError) -> str | None:
    """The line for a package that a plain installation lacks; nothing where a module of our own is missing."""
    package = str(error.name).split(".")[0]
    known = REMEDIES.get(package)
    return f"{package}: not installed, and this needs it; {known}" if known else None
