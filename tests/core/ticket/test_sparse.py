"""Packed training equals masked dense training, and what is outside the ticket never changes."""

import copy
import gc
import math
import os
import shutil

import pytest
import torch

from ltp_core.model.parameters import eligible
from ltp_core.model.toy import toy_backbone
from ltp_core.stage2.prompt import PromptModel
from ltp_core.ticket.sparse import SparseModel
from ltp_core.ticket.ticket import Ticket, origin

EVERYTHING = ["embeddings", 0, 1]  # the word embeddings are tied to the MLM decoder


@pytest.fixture
def model():
    return toy_backbone().model


def some(model, density=0.2, layers=None, seed=0):
    return Ticket.random(eligible(model, layers), density, seed=seed, **origin(model))


def batch(seed, rows=4):
    ids = torch.randint(4, 40, (rows, 6), generator=torch.Generator().manual_seed(seed))
    return {"input_ids": ids, "labels": ids.flip(1)}


def weights(model):
    return {name: p.detach().clone() for name, p in model.named_parameters()}


def bits(tensor):
    return tensor.detach().contiguous().view(torch.int32)


def equal(one, other):
    a, b = weights(one), weights(other)
    return all(torch.equal(bits(a[name]), bits(b[name])) for name in a | b)


def train_packed(model, ticket, steps=5, compiled=None, **adamw):
    with SparseModel(model, ticket) as sparse:
        optimizer = sparse.attach(torch.optim.AdamW([sparse.values], lr=0.01, **adamw))
        for step in range(steps):
            (model if compiled is None else compiled)(**batch(step)).loss.backward()
            optimizer.step()
            optimizer.zero_grad()
    return weights(model)


def train_masked(model, ticket, steps=5, **adamw):
    """The reference: dense AdamW on every tensor; the mask zeroes gradients, and after the step it
    puts back what weight decay did outside."""
    tensors = {n: p for n, p in model.base_model.named_parameters() if n in ticket.indices}
    start = {name: p.detach().clone() for name, p in tensors.items()}
    optimizer = torch.optim.AdamW(tensors.values(), lr=0.01, **adamw)
    for step in range(steps):
        optimizer.zero_grad()
        model(**batch(step)).loss.backward()
        for name, p in tensors.items():
            p.grad *= ticket.mask(name)
        optimizer.step()
        with torch.no_grad():
            for name, p in tensors.items():
                p.copy_(torch.where(ticket.mask(name), p, start[name]))
    return weights(model)


def full_registers(model, layers):
    """A ticket of about a fifth whose size is a multiple of 16."""
    total = sum(p.numel() for p in eligible(model, layers).values())
    return some(model, density=total // 5 // 16 * 16 / total, layers=layers)


@pytest.mark.second
@pytest.mark.parametrize("layers", [None, [1], EVERYTHING])
@pytest.mark.parametrize("adamw", [{"foreach": False}, {"foreach": True}, {"fused": True}])
@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_packed_is_masked_dense_bit_for_bit(model, layers, adamw, decay):
    ticket, start = full_registers(model, layers), weights(model)
    dense = train_masked(copy.deepcopy(model), ticket, weight_decay=decay, **adamw)
    packed = train_packed(model, ticket, weight_decay=decay, **adamw)
    for name in start:
        assert torch.equal(bits(packed[name]), bits(dense[name])), name
    moved = sum(int((packed[name] != start[name]).sum()) for name in start)
    assert moved > 0.9 * len(ticket)


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_a_ticket_of_any_size_unless_fused_adamw_rounds_the_remainder(model, decay):
    """Fused AdamW on a CPU handles 16 numbers at a time; those left over round in another way."""
    ticket = some(model)
    assert len(ticket) % 16
    for adamw in ({"foreach": False}, {"fused": True}):
        dense = train_masked(copy.deepcopy(model), ticket, weight_decay=decay, **adamw)
        packed = train_packed(copy.deepcopy(model), ticket, weight_decay=decay, **adamw)
        for name in dense:
            if "fused" in adamw:
                torch.testing.assert_close(packed[name], dense[name], rtol=0, atol=1e-6)
            else:
                assert torch.equal(bits(packed[name]), bits(dense[name])), name


@pytest.mark.parametrize("layers", [None, EVERYTHING])
def test_outside_entries_keep_their_bits_and_revert_brings_back_the_rest(model, layers):
    ticket, start = some(model, layers=layers), weights(model)
    sparse = SparseModel(model, ticket)
    optimizer = torch.optim.AdamW([sparse.values], lr=0.01, weight_decay=0.5)
    for step in range(3):
        model(**batch(step)).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        sparse.write()
    inside = {f"bert.{name}": ticket.mask(name) for name in ticket.indices}
    for name, p in model.named_parameters():
        same = bits(p) == bits(start[name])
        assert same[~inside[name]].all() if name in inside else same.all()
    assert sparse.delta().abs().min() > 0
    sparse.close()
    sparse.revert()
    assert all(torch.equal(bits(p), bits(start[n])) for n, p in model.named_parameters())
    assert not sparse.delta().any()
    ticket.check(model)


def test_values_and_gradient_are_those_of_the_model(model):
    ticket = some(model)
    dense = copy.deepcopy(model)
    dense(**batch(0)).loss.backward()
    tensors = dict(dense.base_model.named_parameters())
    with SparseModel(model, ticket) as sparse:
        model(**batch(0)).loss.backward()
        assert all(p.grad is None for p in model.parameters())  # the dense gradients are gone
        masked = [(tensors[n], ticket.mask(n)) for n in ticket.indices]
        assert torch.equal(sparse.values, torch.cat([p[mask] for p, mask in masked]))
        assert torch.equal(sparse.values.grad, torch.cat([p.grad[mask] for p, mask in masked]))


def test_several_backward_passes_are_one_big_batch(model):
    ticket, big = some(model), batch(0, rows=8)
    with SparseModel(model, ticket) as sparse:
        model(**big).loss.backward()
        whole = sparse.values.grad.clone()
        for set_to_none in (True, False):
            torch.optim.SGD([sparse.values]).zero_grad(set_to_none)
            for half in (slice(0, 4), slice(4, 8)):
                loss = model(**{key: value[half] for key, value in big.items()}).loss
                (loss / 2).backward()
            torch.testing.assert_close(sparse.values.grad, whole, rtol=1e-4, atol=1e-7)


def test_a_layer_left_out_of_one_backward_pass_has_gradient_zero(model):
    with SparseModel(model, some(model)) as sparse:
        model(**batch(0)).loss.backward()
        sparse.values.grad = None
        hidden = model.base_model(batch(0)["input_ids"], output_hidden_states=True).hidden_states
        hidden[1].square().sum().backward()  # layer 1 takes no part
        sizes = sparse.ticket.restrict(layers=0)
        assert sparse.values.grad[: len(sizes)].any() and not sparse.values.grad[len(sizes) :].any()


def test_clipping_schedule_autocast_and_accelerate(model):
    from accelerate import Accelerator

    accelerator = Accelerator(cpu=True)
    ticket, start = some(model, layers=[1]), weights(model)
    prompt = torch.nn.Parameter(torch.zeros(3))
    with SparseModel(model, ticket) as sparse:
        adamw = torch.optim.AdamW([sparse.values, prompt], lr=0.01)
        optimizer = sparse.attach(accelerator.prepare(adamw))
        schedule = torch.optim.lr_scheduler.LinearLR(adamw, 1.0, 0.0, total_iters=4)
        for step in range(6):  # in the last two the rate is zero
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = model(**batch(step)).loss.float() + prompt.sum()
            accelerator.backward(loss)
            norm = torch.nn.utils.clip_grad_norm_([sparse.values, prompt], 0.1)
            clipped = torch.cat([sparse.values.grad, prompt.grad]).norm()
            assert norm > 0.1 and abs(clipped - 0.1) < 1e-4
            before = sparse.values.detach().clone()
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            assert torch.equal(before, sparse.values) == (step >= 4)
    for name, p in model.named_parameters():
        assert name.startswith("bert.encoder.layer.1.") or torch.equal(p, start[name])


def inductor():
    slow = not os.environ.get("LTP_SLOW") or not (shutil.which("g++") or shutil.which("clang++"))
    marks = pytest.mark.skipif(slow, reason="set LTP_SLOW=1 (and have a C++ compiler): a minute")
    return pytest.param("inductor", marks=marks)


@pytest.mark.parametrize("backend", ["aot_eager", inductor()])
@pytest.mark.slow
def test_a_compiled_model_trains_alike(backend):
    model = toy_backbone(layers=1).model
    ticket = some(model)
    plain = train_packed(copy.deepcopy(model), ticket)
    torch._dynamo.reset()
    compiled = train_packed(model, ticket, compiled=torch.compile(model, backend=backend))
    for name in plain:
        torch.testing.assert_close(compiled[name], plain[name], rtol=0, atol=1e-5)
    assert not equal(model, toy_backbone(layers=1).model)
    torch._dynamo.reset()


def held() -> int:
    """The bytes of all tensors there are, whoever holds them."""
    gc.collect()
    there = [x for x in gc.get_objects() if type(x) in (torch.Tensor, torch.nn.Parameter)]
    storages = [x.untyped_storage() for x in there]
    return sum({s.data_ptr(): s.nbytes() for s in storages}.values())


@pytest.mark.second
@pytest.mark.parametrize("density", [0.20, 0.01])
def test_state_between_steps_is_near_the_floor(alone_in_memory, density):
    model = toy_backbone(width=64).model
    ticket = some(model, density)
    before = held() - sum(index.nbytes for index in ticket.indices.values())
    with SparseModel(model, ticket) as sparse:
        optimizer = sparse.attach(torch.optim.AdamW([sparse.values], lr=0.01, fused=True))
        for step in range(2):
            model(**batch(step)).loss.backward()
            optimizer.step()
            in_a_step = held() - before
            optimizer.zero_grad()
        state = held() - before
    k, d = len(ticket), ticket.density
    entropy = -d * math.log2(d) - (1 - d) * math.log2(1 - d)
    floor = 12 * k + entropy / 8 * ticket.total
    assert 20 * k <= state <= 20 * k + 64  # value, two moments, int64 place; and the step count
    assert state <= 1.65 * floor
    assert 4 * k <= in_a_step - state <= 4 * k + 256  # the gradient, and the last loss


def work_per_layer(lm, ticket, prompt_length):
    """For each layer: does it run backward, and how many bytes are kept for that?

    Also the names of all that the backward pass ends in."""
    model = PromptModel(lm, ["food", "animals"], length=prompt_length)
    own = {p.data_ptr() for p in model.parameters()}
    kept, current = {}, []

    def keep(x):
        if x.data_ptr() not in own:
            kept[current[-1]] = kept.get(current[-1], 0) + x.nbytes
        return x

    layers = lm.model.base_model.encoder.layer
    back = [False] * len(layers)
    with SparseModel(lm.model, ticket):
        for i, layer in enumerate(layers):
            layer.register_forward_pre_hook(lambda *_, i=i: current.append(i))

            def after(module, args, out, i=i):
                current.append("outside")
                back[i] = (out if torch.is_tensor(out) else out[0]).requires_grad

            layer.register_forward_hook(after)
        current.append("outside")
        with torch.autograd.graph.saved_tensors_hooks(keep, lambda x: x):
            logits = model(model.batch(model.encode(["the cat eats rice", "a big dog"])))
        leaves, todo, seen = set(), [logits.grad_fn], set()
        while todo:
            node = todo.pop()
            if node is not None and node not in seen:
                seen.add(node)
                if hasattr(node, "variable"):
                    leaves.add(node.variable.data_ptr())
                todo += [following for following, _ in node.next_functions]
    names = {name for name, p in model.named_parameters() if p.data_ptr() in leaves}
    return back, [kept.get(i, 0) for i in range(len(layers))], names


def test_nothing_runs_backward_below_the_ticket_unless_a_prompt_asks():
    lm = toy_backbone(layers=4)
    ticket = some(lm.model, layers=[2])
    tensors = {f"lm.bert.{name}" for name, index in ticket.indices.items() if len(index)}

    back, kept, leaves = work_per_layer(toy_backbone(layers=4), ticket, prompt_length=0)
    assert back == [False, False, True, True]
    assert kept[0] == kept[1] == 0 < kept[3] < kept[2]
    assert leaves == tensors

    back, kept, leaves = work_per_layer(lm, ticket, prompt_length=4)
    assert back == [True] * 4
    assert kept[0] == kept[1] == kept[3] < kept[2]  # only layer 2 keeps what weights need
    assert leaves == tensors | {"prompt"}


def test_close_leaves_an_ordinary_model(model):
    frozen = model.base_model.embeddings.LayerNorm.bias.requires_grad_(False)
    asked = {name: p.requires_grad for name, p in model.named_parameters()}
    sparse = SparseModel(model, some(model, layers=[1]))
    wanting = {n for n, p in model.named_parameters() if p.requires_grad}
    assert wanting == {f"bert.{name}" for name, i in sparse.ticket.indices.items() if len(i)}
    with pytest.raises(ValueError, match="already training a ticket"):
        SparseModel(model, sparse.ticket)
    sparse.close()
    sparse.close()  # twice does no harm
    assert {name: p.requires_grad for name, p in model.named_parameters()} == asked
    model(**batch(0)).loss.backward()
    assert model.cls.predictions.bias.grad is not None and frozen.grad is None
    assert sparse.values.grad is None


def test_wrong_ticket_values_and_precision(model):
    ticket = some(model)
    with SparseModel(model, ticket) as sparse:
        with pytest.raises(ValueError, match="belong to another ticket"):
            sparse.set(torch.zeros(3))
        sparse.set(sparse.values + 1)
    with pytest.raises(ValueError, match="found on base"):
        SparseModel(model, ticket)
    half = toy_backbone().model.bfloat16()
    with pytest.raises(ValueError, match="is torch.bfloat16; load the model with dtype=torch.f"):
        SparseModel(half, some(half))
