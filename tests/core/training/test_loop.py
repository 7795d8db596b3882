"""The loop's helpers that save work must not change a result. (Order and rates: `test_mlm`.)"""

from types import SimpleNamespace

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from ltp_core.measure.evaluate import one_cast, predict
from ltp_core.model.clone import clone_sharing_weights
from ltp_core.model.toy import WORDS, toy_backbone
from ltp_core.stage2.prompt import PromptModel
from ltp_core.training.loop import fit
from ltp_core.training.options import LoopOptions
from ltp_core.training.precision import bf16_pays, precision

TEXTS = {"text": [" ".join(WORDS[i : i + 1 + i % 6]) for i in range(30)]}


class Casts(TorchDispatchMode):
    """How often a weight of the model is cast."""

    def __init__(self, model):
        super().__init__()
        self.weights, self.seen = {p.data_ptr() for p in model.parameters()}, 0

    def __torch_dispatch__(self, op, types, args=(), kwargs=None):
        if op.overloadpacket in (torch.ops.aten.to, torch.ops.aten._to_copy):
            self.seen += args[0].data_ptr() in self.weights
        return op(*args, **(kwargs or {}))


def test_autocast_predicts_with_one_cast_a_weight():
    model = PromptModel(toy_backbone(), ["food", "animals"]).requires_grad_(False).eval()
    matrices = sum(p.dim() == 2 for p in model.lm.base_model.encoder.parameters())
    seen = []
    for size in (30, 10, 3):  # 1, 3 and 10 batches
        with Casts(model) as casts:
            predict(model, TEXTS, batch_size=size, autocast=True)
        seen.append(casts.seen)
    assert matrices <= seen[0] == seen[1] == seen[2] <= 3 * matrices
    assert not any(p.requires_grad for p in model.parameters())

    batch = model.batch(model.encode(TEXTS["text"]))
    with torch.inference_mode(), precision(torch.device("cpu"), True):
        reference = model(batch)
    with one_cast(model), precision(torch.device("cpu"), True):
        assert torch.equal(model(batch), reference)


def test_one_cast_puts_everything_back_after_an_error():
    layer = torch.nn.Linear(2, 2)
    layer.bias.requires_grad_(False)
    with pytest.raises(KeyError), one_cast(layer):
        raise KeyError
    assert layer.weight.requires_grad and not layer.bias.requires_grad and torch.is_grad_enabled()


def test_sgd_is_momentum_by_hand_and_goes_on_after_a_kill(tmp_path):
    from ltp_core.training.loop import rate

    def losses(stop=None, **options):
        x = torch.nn.Parameter(torch.tensor([3.0]))

        def killed(step, _):
            if step == stop:
                raise KeyboardInterrupt

        options |= dict(optimizer="sgd", clip=100.0, every=1, callback=killed, progress=False)
        groups = [{"params": [x], "lr": 0.1}]
        how = LoopOptions(**options)
        return fit(lambda _: (x**2).sum(), groups, how, steps=5)

    x, speed, by_hand = 3.0, 0.0, []
    for step in range(5):
        by_hand.append(x**2)
        speed = 0.9 * speed + 2 * x
        x -= 0.1 * rate(step, 5, 0.0) * speed
    assert losses() == pytest.approx(by_hand, rel=1e-5)
    with pytest.raises(KeyboardInterrupt):
        losses(stop=2, checkpoint=tmp_path)
    assert losses(checkpoint=tmp_path) == losses()


@pytest.mark.parametrize("device, attention", [("cpu", "eager"), ("cuda", "sdpa")])
def test_attention_is_chosen_for_where_the_twin_will_be_trained(monkeypatch, device, attention):
    accelerator = SimpleNamespace(device=torch.device(device))
    monkeypatch.setattr("accelerate.Accelerator", lambda: accelerator)
    model = toy_backbone().model  # on the CPU: `train` moves its twin
    assert model.config._attn_implementation == "sdpa"
    assert clone_sharing_weights(model).config._attn_implementation == attention


def test_a_gpu_that_only_imitates_bf16_does_not_gain(monkeypatch):
    def t4(including_emulation=True):
        return including_emulation

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", t4)
    assert not bf16_pays(torch.device("cuda"))


def test_another_number_of_processes_is_told_beforehand(tmp_path, monkeypatch):
    """It would end in other bits: the sums over the processes are not those of one."""

    def run():
        x = torch.nn.Parameter(torch.tensor([3.0]))
        options = LoopOptions(progress=False, checkpoint=tmp_path)
        return fit(lambda step: (x**2).sum(), [{"params": [x], "lr": 0.1}], options, steps=2)

    run()
    two = SimpleNamespace(process_index=0, num_processes=2, is_main_process=True)
    monkeypatch.setattr("ltp_core.training.loop.Accelerator", lambda: two)
    with pytest.raises(ValueError, match="another run: processes was 1, now 2; give this run"):
        run()
