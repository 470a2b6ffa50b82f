"""What this program runs on."""

import os
import platform
import re
from pathlib import Path

CORES = os.cpu_count() or 1


def processor() -> str:
    """The processor as the system names it."""
    names = re.findall(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text()) if Path("/proc/cpuinfo").is_file() else []
    return names[0] if names else platform.processor()
