"""A fresh Python process to measure: its output is returned, and what its libraries say is shown only when it fails."""

import os
import subprocess
import sys


def run_python(program: str, *arguments: str) -> str:
    """What a program prints that runs in a process of its own."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, env=environment)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: exit code {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout
