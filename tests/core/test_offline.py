"""Nothing that the library does by itself asks another machine: no import, and no command.

Two proofs. Python tells a program of every socket that its code makes (`sys.addaudithook`), and the
program here ends at the first that could leave the machine. Code that is not Python does not tell;
so the same commands run with the network cut, where Linux lets a user do so.

What this does not show: that code which is not Python did not try, in silence, and go on without.
`--download` asks the network. Two processes speak to each other, on this machine.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.process, pytest.mark.slow]

WATCH = """
import os, socket, sys, traceback

def watch(event, about):
    if not event.startswith("socket.") or event in HARMLESS:
        return
    if event == "socket.__new__" and about[1] == socket.AF_UNIX:
        return
    if event == "socket.bind" and about[0].family == socket.AF_UNIX:
        return
    traceback.print_stack()
    print(f"{event} {about[1:]}", file=sys.stderr, flush=True)
    os._exit(99)

HARMLESS = {"socket.gethostname"}  # the machine's own name; nobody is asked
sys.addaudithook(watch)
"""

IMPORTS = """
from importlib import import_module
from pkgutil import walk_packages

for package in ("ltp_core", "ltp_book"):
    for module in walk_packages(import_module(package).__path__, f"{package}."):
        import_module(module.name)
        print(module.name)
"""

COMMANDS = """
from pathlib import Path
from ltp_core import cli, tasks
from ltp_core.model.toy import toy_backbone

folder = Path(sys.argv[1])
for part in toy_backbone():
    part.save_pretrained(folder / "toy")
(folder / "task").mkdir()
rows = "rice,food,train\\ndog,animals,train\\ntea,food,test\\ncat,animals,test\\n"
(folder / "task" / "en.csv").write_text(f"text,label,split\\n{rows}")
(folder / "lines.txt").write_text("the cat eats rice\\na big dog\\n" * 4)
(folder / "few.toml").write_text('''
task = "task"
methods = ["prompt_only", "ltp"]
k = [1]
seeds = [0]
density = [0.2]
[ticket]
text = ["en"]
steps = 1
max_length = 16
[train]
epochs = 1
prompt_length = 2
''')

def ltp(words, backbone=("--backbone", "toy")):
    print("ltp", words)
    assert cli.main([*words.split(), *backbone, "--quiet"]) == 0, words

os.chdir(folder)
for words in ("--help", "ticket --help", "train --help", "--version"):
    try:
        cli.main(words.split())
    except SystemExit as stop:
        assert stop.code == 0
ltp("ticket --text-file lines.txt --steps 1 --save t.safetensors")
ltp("train --task task --k 1 --epochs 1 --prompt-length 2 --ticket t.safetensors --save m")
ltp("evaluate m --task task")
ltp("merge m --save merged")
ltp("sweep few.toml --out out")
ltp("train --task task --k 1 --epochs 1 --prompt-length 2 --save embedded", backbone=())
ltp("evaluate embedded --task task", backbone=())
for name in ("emoji", "emoji-pairs", "kinds"):
    tasks.load(name).few_shot("en", k=1)
print("done")
"""


def run(program, *words, before=()):
    """What a program gives in an environment in which the hub may be asked."""
    free = {name: value for name, value in os.environ.items() if "OFFLINE" not in name}
    return subprocess.run(
        [*before, sys.executable, "-c", WATCH + program, *map(str, words)],
        env=free | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    "act",
    [
        "socket.socket()",
        "socket.getaddrinfo('localhost', 80)",
        "import urllib.request as u; u.urlopen('http://127.0.0.1:9')",
        "import asyncio; asyncio.run(asyncio.open_connection('127.0.0.1', 9))",
    ],
)
def test_a_socket_would_be_seen(act):
    done = run(act + "\nprint('done')")
    assert done.returncode == 99 and "socket." in done.stderr and not done.stdout


def test_no_import_opens_a_socket():
    done = run(IMPORTS)
    assert done.returncode == 0, done.stderr[-3000:]
    assert {"ltp_core.study.sweep", "ltp_book.lab.lab"} <= set(done.stdout.split())


def test_no_command_opens_a_socket(tmp_path):
    done = run(COMMANDS, tmp_path)
    assert (done.returncode, done.stdout[-5:]) == (0, "done\n"), done.stderr[-3000:]


def test_every_command_works_with_the_network_cut(tmp_path):
    cut = ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") is None or subprocess.run([*cut, "true"]).returncode:
        pytest.skip("this system lets no user cut the network off (unshare --net)")
    done = run(COMMANDS, tmp_path, before=cut)
    assert (done.returncode, done.stdout[-5:]) == (0, "done\n"), done.stderr[-3000:]
