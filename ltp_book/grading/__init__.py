"""Grading: a folder of handed-in notebooks -> a table, a feedback page for each student, a CSV.

Three kinds of process, each of which trusts only those above it:

    grader    one; reads no notebook, runs no check; starts judges, two at a time   folder.py
    judge     one for each notebook; reads it, runs `ltp_book.checks`               judge.py
    student   one for each notebook; holds the student's functions, nothing else    student.py

A check calls a *proxy*. The proxy sends the arguments to the student's process and gets back the
answer, as JSON and safetensors and nothing that could run. So a verdict is made where no student's
code runs. It goes from judge to grader by a pipe that the student's process does not have. What a
notebook prints is thrown away. What it writes into its own pipe is only its own answer.

Functions are found by name, in the text (`found.py`). Cells may be deleted, inserted, reordered,
pasted twice, or turned into text. A definition brings along the imports, helpers and values that it
names; each of them may fail alone. Of several definitions of one function the best one counts.

**What is protected, on Linux with user namespaces** (`walls.py`, `syscalls.py`, `limits.py`). The
student's process sees Python, its libraries, the data of this package, and an empty folder with its
own notebook; all but that folder is read-only. It sees no home, no other notebook, no `checks`, no
other process. It has no network, and starts no process. Time, memory, file size, the number of
files and the size of an answer have bounds. The environment is empty but for a few settings.

**What is not protected.** An answer may call the library, or be a neighbour's: people see that. An
answer may tell that it is being graded. A fault of the kernel or of torch may let code out of its
process. Elsewhere than on Linux, and where a container forbids namespaces, files and network stay
open; then `grade` refuses unless told `trust=True`.

There is no Jupyter kernel. nbclient would let a notebook write its own results: the kernel that
runs the cells also makes the outputs. nbformat reads the file, and nothing more is needed.

Reading order: `found`, `wire`, `student`, `proxy`, `judge`, `folder`, `report`; then the walls.

What it does not do: find out who copied from whom.
"""

from .folder import Graded, grade
from .limits import Limits

__all__ = ["Graded", "Limits", "grade"]
