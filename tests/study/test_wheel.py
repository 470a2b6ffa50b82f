"""The package as laboratories get it: a small wheel that scores in an environment without TensorFlow."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from ki67.simulate import render_field

ROOT = Path(__file__).parents[2]
MOST = 10_000_000  # bytes
pytestmark = pytest.mark.study


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(["uv", "build", "--quiet", "--wheel", "--out-dir", str(out), str(ROOT)], check=True)
    (built,) = out.glob("*.whl")
    return built


def test_the_wheel_stays_small(wheel: Path) -> None:
    assert 1_000_000 < wheel.stat().st_size < MOST


def test_it_scores_where_there_is_no_tensorflow(wheel: Path, tmp_path: Path) -> None:
    home, field = tmp_path / "env", tmp_path / "field.jpg"
    subprocess.run(["uv", "venv", "--quiet", "--python", sys.executable, str(home)], check=True)
    subprocess.run(["uv", "pip", "install", "--quiet", "--python", str(home / "bin/python"), str(wheel)], check=True)
    Image.fromarray(render_field(9, 1, 1).image).save(field, quality=92)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"HOME": str(tmp_path)}
    command = [str(home / "bin/ki67"), "score", str(field), "--out", str(tmp_path / "out")]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out/scores.csv").read_text().count("\n") == 2
    missing = subprocess.run([str(home / "bin/python"), "-c", "import tensorflow"], capture_output=True)
    assert missing.returncode == 1
    doctor = subprocess.run([str(home / "bin/ki67"), "doctor"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert doctor.returncode == 0, doctor.stderr
    assert "tensorflow-cpu not installed" in doctor.stdout
