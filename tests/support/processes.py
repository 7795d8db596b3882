"""Programs in several processes."""

import os
import socket
import subprocess
import sys
from pathlib import Path


def launch(*words) -> str:
    """Run a program in two processes, as `training/distributed.py` says, without a GPU; what they print."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    line = f"accelerate.commands.launch --multi_gpu --num_processes 2 --main_process_port {port}"
    env = os.environ | {"ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"}
    env["PYTHONPATH"] = str(Path(__file__).parents[3])
    command = [sys.executable, "-m", *line.split(), *map(str, words)]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout
