"""What stands beside every time that is told: the machine, its packages, and how busy it was."""

import importlib.metadata
import os
import re
from pathlib import Path
from typing import Any

from ki67.base.hardware import processor

FLAGS = ("avx2", "avx512f", "avx_vnni", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8")
PACKAGES = ("openvino", "tensorflow-cpu", "keras", "numpy")


def machine() -> dict[str, Any]:
    """What was run on what, and how busy it was."""
    info = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").is_file() else ""
    flags = set(next(iter(re.findall(r"^flags\s*:\s*(.+)$", info, re.MULTILINE)), "").split())
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    hardware = {"processor": processor(), "flags": [flag for flag in FLAGS if flag in flags], "cores": os.cpu_count()}
    return {**hardware, "load": os.getloadavg()[0], **versions}
