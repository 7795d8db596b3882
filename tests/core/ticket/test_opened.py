"""What `SparseModel` and `opened` hand out: values, and what to call, and files."""

import pytest
import torch

from ltp_core.data import mask_file
from ltp_core.model.parameters import eligible
from ltp_core.model.toy import toy_backbone
from ltp_core.ticket.sparse import SparseModel, opened
from ltp_core.ticket.ticket import Ticket, origin


@pytest.fixture
def model():
    return toy_backbone().model


def some(model):
    return Ticket.random(eligible(model), 0.1, seed=0, **origin(model))


def test_with_a_ticket_its_values_are_trained_and_the_model_sees_what_is_written(model):
    ticket = some(model)
    name = next(name for name, index in ticket.indices.items() if len(index))
    p = model.base_model.get_parameter(name)
    [values], write, close = opened(model, ticket, [], ticket.base)
    assert values.shape == (len(ticket),) and p.requires_grad
    asked = [q for q in model.parameters() if q.requires_grad]
    assert len(asked) == sum(len(index) > 0 for index in ticket.indices.values())
    with torch.no_grad():
        values += 1
    before = p.detach().flatten()[ticket.indices[name]]
    write()
    after = p.detach().flatten()[ticket.indices[name]]
    torch.testing.assert_close(after - before, torch.ones(len(after)))
    close()
    with SparseModel(model, some(model)):  # nothing holds the model any more
        pass


def test_without_a_ticket_whole_tensors_are_trained_as_they_are(model):
    model.requires_grad_(False)
    whole = list(model.base_model.encoder.layer[1].parameters())
    leaves, write, close = opened(model, None, whole, None)
    assert all(one is p for one, p in zip(leaves, whole, strict=True))
    assert all(p.requires_grad for p in whole)
    assert sum(p.requires_grad for p in model.parameters()) == len(whole)
    write()
    close()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_what_is_saved_is_the_ticket_with_its_values(model, tmp_path, dtype):
    path = tmp_path / "en.safetensors"
    with SparseModel(model, some(model)) as sparse:
        sparse.set(sparse.values + 0.01)
        sparse.save(path, dtype)
        file = mask_file.read(path)
        assert Ticket.of_file(file) == sparse.ticket
        apart = (file.weights(sparse.original()) - sparse.values).abs().max()
        assert apart == file.error and (apart == 0) == (dtype == torch.float32)
        assert apart < 0.01 / 2**8


def test_the_original_may_be_asked_for_at_any_time(model):
    with SparseModel(model, some(model)) as sparse:
        before = sparse.values.detach().clone()
        sparse.set(sparse.values + 1)
        assert torch.equal(sparse.original(), before) and torch.equal(sparse.original(), before)
        torch.testing.assert_close(sparse.delta(), torch.ones(len(before)))
