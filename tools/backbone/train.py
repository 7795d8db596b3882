"""Give a sentence encoder its language model back without losing what it knows across languages.

The student (all weights) reads a line with a share of its pieces masked and learns

    loss = cross-entropy at the masked pieces
         + token_weight  * FVU(student tokens,  teacher tokens)      at the unmasked pieces
         + pooled_weight * FVU(student mean,    teacher mean)

over layers 6, 9 and 12. The teacher is the untouched encoder, which reads the line unmasked, or its
English translation. FVU is the fraction of variance unexplained, |s - t|^2 / |t - mean(t)|^2: it is
1 for a student that only knows the mean, and it does not care how large a layer's states are.
Masked positions carry no token target: there the student is free to predict words.
"""

from __future__ import annotations

import copy
import json
import math
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from tqdm.auto import tqdm

from . import batches

LAYERS = (6, 9, 12)


@dataclass(frozen=True)
class Recipe:
    token_weight: float = 1.0
    pooled_weight: float = 3.0
    mix: tuple[float, float, float] = (0.55, 0.25, 0.2)  # self, translation, pair
    sorts: tuple[float, float, float] = (0.5, 0.25, 0.25)  # running text, messages, word lists
    train_words: bool = True  # False: the word embedding stays as it is
    steps: int = 3000
    learning_rate: float = 2e-4
    head_rate: float = 1e-3
    warmup: int = 50
    decay: float = 0.3  # share of the steps over which the rate falls to zero at the end
    tokens: int = 3072
    mask_share: float = 0.25
    temperature: float = 0.4
    seed: int = 0
    pool_rows: int = 8192


def mask(ids, attention, tokenizer_ids, share: float, generator):
    """BERT's 80/10/10 masking. Returns masked ids and a (B, T) bool of the chosen positions."""
    mask_id, vocab, special = tokenizer_ids
    allowed = attention.bool() & ~torch.isin(ids, special)
    chosen = (torch.rand(ids.shape, generator=generator) < share) & allowed
    fate = torch.rand(ids.shape, generator=generator)
    noise = torch.randint(len(special), vocab, ids.shape, generator=generator)
    masked = torch.where(chosen & (fate < 0.8), mask_id, ids)
    masked = torch.where(chosen & (fate >= 0.9), noise, masked)
    return masked, chosen


def fvu(student: torch.Tensor, teacher: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Fraction of the teacher's variance that the student misses; rows (N, H), weight (N,)."""
    weight = weight[:, None]
    centre = (teacher * weight).sum(0) / weight.sum()
    return ((student - teacher) ** 2 * weight).sum() / ((teacher - centre) ** 2 * weight).sum()


def mean_pool(states: torch.Tensor, attention: torch.Tensor) -> torch.Tensor:
    """(B, T, H), (B, T) -> (B, H), the mean over real tokens."""
    weight = attention[..., None].to(states.dtype)
    return (states * weight).sum(1) / weight.sum(1)


def losses(student, teacher, batch, recipe: Recipe, pad, tokenizer_ids, generator, autocast):
    """(masked-LM loss, token FVU, pooled FVU, share of masked pieces guessed) of one batch."""
    kind, rows, teacher_rows = batch
    ids, attention = pad(rows)
    masked, chosen = mask(ids, attention, tokenizer_ids, recipe.mask_share, generator)
    device = student.device
    ids, attention, masked, chosen = (x.to(device) for x in (ids, attention, masked, chosen))
    if kind == "translation":
        t_ids, t_attention = (x.to(device) for x in pad(teacher_rows))
    else:
        t_ids, t_attention = ids, attention
    distil = recipe.token_weight + recipe.pooled_weight > 0
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=autocast):
        if distil:
            with torch.no_grad():
                target = teacher(t_ids, t_attention, output_hidden_states=True).hidden_states
        out = student.bert(masked, attention, output_hidden_states=True)
        logits = student.cls(out.last_hidden_state[chosen]).float()
    gold = ids[chosen]
    mlm = F.cross_entropy(logits, gold)
    hit = (logits.argmax(-1) == gold).float().mean().detach()
    token = pooled = torch.zeros((), device=device)
    if distil:
        free = attention.bool() & ~chosen
        ones = torch.ones(len(ids), device=device)
        for layer in LAYERS:
            s, t = out.hidden_states[layer].float(), target[layer].float()
            pooled = pooled + fvu(mean_pool(s, attention), mean_pool(t, t_attention), ones)
            if kind != "translation":
                token = token + fvu(s.flatten(0, 1), t.flatten(0, 1), free.flatten().float())
        token, pooled = token / len(LAYERS), pooled / len(LAYERS)
    return mlm, token, pooled, hit


def optimiser(student, recipe: Recipe) -> torch.optim.AdamW:
    """AdamW with a faster head."""
    head = [p for n, p in student.named_parameters() if n.startswith("cls.")]
    body = [
        p for n, p in student.named_parameters() if not n.startswith("cls.") and p.requires_grad
    ]
    groups = [
        {"params": body, "lr": recipe.learning_rate, "peak": recipe.learning_rate},
        {"params": head, "lr": recipe.head_rate, "peak": recipe.head_rate},
    ]
    return torch.optim.AdamW(groups, weight_decay=0.01, betas=(0.9, 0.98), fused=True)


def rate(step: int, recipe: Recipe) -> float:
    """Factor of the rates: a warm-up, a constant part, and a linear fall to zero at the end.

    Only the end depends on `steps`, so a run may be lengthened: unseen in its constant part, later
    with a second rise and fall. (In an earlier run the rates were doubled half-way. The loss fell
    no faster, and the teacher was missed by more.)

    >>> recipe = Recipe(steps=10, warmup=2, decay=0.4)
    >>> [round(rate(step, recipe), 2) for step in (0, 1, 5, 7, 9)]
    [0.5, 1.0, 1.0, 0.75, 0.25]
    """
    rest = (recipe.steps - step) / (recipe.decay * recipe.steps)
    return max(0.0, min((step + 1) / recipe.warmup, rest, 1.0))


def save_checkpoint(folder: Path, student, optimizer, step: int, history: list) -> None:
    """Weights and Adam moments as safetensors; renamed into place, so never half a file."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {f"weight.{n}": p.detach() for n, p in student.named_parameters()}
    for n, p in student.named_parameters():
        for moment in ("exp_avg", "exp_avg_sq"):
            if p in optimizer.state:
                tensors[f"{moment}.{n}"] = optimizer.state[p][moment]
    part = folder / "state.part"
    save_file(tensors, part, metadata={"step": str(step)})
    (folder / "history.json").write_text(json.dumps(history))
    os.replace(part, folder / "state.safetensors")


def load_checkpoint(folder: Path, student, optimizer) -> tuple[int, list]:
    """Put the student and its optimizer back where they were; (0, []) if nothing is saved."""
    file = folder / "state.safetensors"
    if not file.exists():
        return 0, []
    from safetensors import safe_open

    with safe_open(file, "pt") as f:
        step = int(f.metadata()["step"])
    tensors = load_file(file)
    for n, p in student.named_parameters():
        p.data.copy_(tensors[f"weight.{n}"])
        if f"exp_avg.{n}" in tensors:
            optimizer.state[p] = {
                "step": torch.tensor(float(step)),
                "exp_avg": tensors[f"exp_avg.{n}"].to(p.device),
                "exp_avg_sq": tensors[f"exp_avg_sq.{n}"].to(p.device),
            }
    history = [h for h in json.loads((folder / "history.json").read_text()) if h["step"] <= step]
    return step, history


def write_recipe(folder: Path, recipe: Recipe) -> None:
    """recipe.json; `lengths` are the steps that this run was given, one after the other."""
    file = folder / "recipe.json"
    folder.mkdir(parents=True, exist_ok=True)
    lengths = json.loads(file.read_text()).get("lengths", []) if file.exists() else []
    lengths += [recipe.steps] if recipe.steps not in lengths else []
    file.write_text(json.dumps(asdict(recipe) | {"lengths": lengths}, indent=1))


def unigram_bias(languages, shares, vocab: int) -> torch.Tensor:
    """log frequency of every piece: where an output bias should start."""
    counts = np.full(vocab, 1e-7)
    for share, language in zip(shares, languages.values(), strict=True):
        seen = np.bincount(np.concatenate(language.ids), minlength=vocab)
        counts += share * seen / seen.sum()
    return torch.tensor(np.log(counts / counts.sum()), dtype=torch.float32)


def batch_stream(languages, shares, recipe: Recipe, skip: int):
    """Batches from number `skip` on: pools are re-drawn, not remembered."""
    pool = done = 0
    while True:
        drawn = batches.draw_pool(
            languages,
            shares,
            recipe.mix,
            recipe.sorts,
            pool,
            recipe.seed,
            recipe.pool_rows,
            recipe.tokens,
        )
        for batch in drawn:
            if done >= skip:
                yield batch
            done += 1
        pool += 1


def train(model, tokenizer, languages, recipe: Recipe, folder: Path, save_every: float = 300.0):
    """Train `model` in place, resuming from `folder` if it holds a checkpoint; the history."""
    folder = Path(folder)
    # On CPUs the fused attention's bf16 backward pass is ten times slower than plain products.
    model.set_attn_implementation("eager")
    teacher = copy.deepcopy(model.bert).eval().requires_grad_(False)
    student = model.eval()  # no dropout: the teacher has none either
    student.get_input_embeddings().requires_grad_(recipe.train_words)
    shares = batches.language_shares(languages, recipe.temperature)
    with torch.no_grad():
        student.cls.predictions.bias.copy_(unigram_bias(languages, shares, len(tokenizer)))
    optimizer = optimiser(student, recipe)
    step, history = load_checkpoint(folder, student, optimizer)
    write_recipe(folder, recipe)
    special = torch.tensor(sorted(tokenizer.all_special_ids))
    tokenizer_ids = (tokenizer.mask_token_id, len(tokenizer), special)

    def pad(rows):
        return batches.pad(
            rows, tokenizer.pad_token_id, tokenizer.bos_token_id, tokenizer.eos_token_id
        )

    autocast = student.device.type == "cuda" or torch.backends.cpu.get_cpu_capability() == "AVX512"
    bar = tqdm(total=recipe.steps, initial=step, desc="masked LM + distillation", mininterval=20)
    saved = time.monotonic()
    for batch in batch_stream(languages, shares, recipe, step):
        if step >= recipe.steps:
            break
        start = time.monotonic()
        generator = torch.Generator().manual_seed(recipe.seed * 1_000_003 + step)
        mlm, token, pooled, hit = losses(
            student, teacher, batch, recipe, pad, tokenizer_ids, generator, autocast
        )
        loss = mlm + recipe.token_weight * token + recipe.pooled_weight * pooled
        loss.backward()
        torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * rate(step, recipe)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        pieces = sum(map(batches.width, batch[1]))
        values = (mlm, token, pooled, hit)
        mlm, token, pooled, hit = (round(v.item(), 4) for v in values)
        if not math.isfinite(mlm + token + pooled):
            raise ValueError(f"the loss is not finite at step {step}: lower the learning rate")
        seconds = round(time.monotonic() - start, 2)
        history.append(
            dict(
                step=step,
                kind=batch[0],
                pieces=pieces,
                seconds=seconds,
                mlm=mlm,
                token=token,
                pooled=pooled,
                hit=hit,
            )
        )
        bar.update()
        bar.set_postfix(mlm=f"{mlm:.2f}", token=f"{token:.2f}", pooled=f"{pooled:.2f}")
        if time.monotonic() - saved > save_every or step == recipe.steps:
            save_checkpoint(folder, student, optimizer, step, history)
            saved = time.monotonic()
    bar.close()
    return history
