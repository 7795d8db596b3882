"""What a check sees besides an answer, it sees in a grader too, where another process answers."""

import pytest

from ltp_book import checks
from ltp_book.grading.limits import Limits
from ltp_book.grading.proxy import Student

LIMITS = Limits(call_seconds=20, total_seconds=60)
PUT = """def insert_prompt(words, prompt):
    own = prompt{cut}.expand(len(words), -1, -1)
    return torch.cat([words[:, :1], own, words[:, 1:]], dim=1)
"""
DEEP = """def deep_prompt(layers, hidden, vectors):
    for number, layer in enumerate(layers):
        if number:
            hidden[:, 1 : 1 + vectors.shape[1]] = vectors[number - 1]{cut}
        hidden = layer(hidden)
    return hidden
"""
MERGE = """def merge(weights, index, values):
    merged = weights{cut}.flatten()
    merged[index] = values
    return merged.view_as(weights)
"""


@pytest.fixture(scope="module")
def student(tmp_path_factory):
    made = Student("{}", LIMITS, [], tmp_path_factory.mktemp("room"))
    yield made
    made.end()


@pytest.mark.process
@pytest.mark.parametrize(
    "name, text, right, wrong, words",
    [
        ("insert_prompt", PUT, "", ".detach()", "no gradient reaches `prompt`"),
        ("deep_prompt", DEEP, "", ".detach()", "no gradient reaches `vectors`"),
        ("merge", MERGE, ".clone()", "", "changed its argument `weights`"),
    ],
)
def test_arguments_and_gradients_are_seen(student, name, text, right, wrong, words):
    for cut, passes in ((right, True), (wrong, False)):
        program = ["import torch", text.format(cut=cut)]
        verdict = checks.check(name, student.load(program, name))
        assert verdict.passed == passes and (passes or words in verdict.message), verdict
