"""The lab in a kernel: it answers while it trains, and may end at any time."""

import json
import subprocess
import sys

import pytest
from jupyter_client.manager import start_new_kernel

from tools.book import chapters as book

pytestmark = [pytest.mark.process, pytest.mark.slow]


def test_a_kernel_may_end_while_a_run_trains():
    code = (
        "import tests.support.toy_lab as t; "
        "lab = t.Lab(t.LM, t.TASK, t.DELTAS, k=4, epochs=4000, every=1); lab.train(); "
        "from tests.support.wait import until; until(lambda: lab.runs[0].losses); "
        "assert lab.running; print('ended')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout) == (0, "ended\n"), done.stderr


IN_KERNEL = """
import json, sys
sys.path[:0] = ["."]
import tests.support.toy_lab as t
lab = t.Lab(t.LM, t.TASK, t.DELTAS, k=4, epochs=4000, every=1)
ids = {name: button.model_id for name, button in lab.buttons.items()}
ids |= {name: lab.texts[name].model_id for name in ("say", "picture")}
print(json.dumps(ids))
"""


def test_buttons_work_in_a_kernel_while_it_trains():
    """What a frontend does, by hand: click, and listen to what the widgets become."""
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(book.ROOT))
    try:
        said = []
        hook = lambda msg: said.append(msg["content"].get("text", ""))  # noqa: E731
        client.execute_interactive(IN_KERNEL, output_hook=hook, timeout=120)
        ids = json.loads("".join(said))

        def click(name):
            event = {"method": "custom", "content": {"event": "click"}}
            content = {"comm_id": ids[name], "data": event}
            client.shell_channel.send(client.session.msg("comm_msg", content))

        def becomes(name, words):
            while True:
                content = client.get_iopub_msg(timeout=120)["content"]
                state = content.get("data", {}).get("state", {})
                if content.get("comm_id") == ids[name] and words in state.get("value", ""):
                    return

        click("Train")
        becomes("say", "Run 1 is training.")
        becomes("picture", "<polyline")  # the kernel is idle, the curves grow
        client.execute_interactive("print(1 + 1)", output_hook=hook, timeout=120)
        assert "2\n" in said
        click("Stop")
        becomes("say", "Run 1 is stopped")
        click("Continue")
        becomes("say", "Run 1 is training.")
        click("Reset")
        becomes("say", "Press Train.")
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
