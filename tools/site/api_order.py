"""The order of the reference: which modules come first, and what stands inside, at the end.

A reader calls some of the public names; the others are there for the library itself, such as the
value that holds the options of `train`, or a hook. These stand at the end of their page.

What it does not do: list what a reader calls. That is all the rest.
"""

FIRST = {  # the modules of a room that are told first, in this order; the others by the alphabet
    "ltp_core.measure": ("evaluate", "bootstrap", "compare"),
    "ltp_core.model": ("backbone", "parameters"),
    "ltp_core.rivals": ("plain_methods", "ticket_methods", "template_methods"),
    "ltp_core.stage2": ("train", "trained", "prompt", "prompt_start", "cloze"),
    "ltp_core.study": ("sweep", "spec", "tuning"),
    "ltp_core.tasks": ("task",),
    "ltp_core.ticket": ("ticket", "merge", "on_model", "sparse", "density"),
    "ltp_core.training": ("options", "loop"),
}
WHOLE = {  # modules that are told in all their words, not in the first paragraph alone
    "ltp_core.stage2.prompt_start",
    "ltp_core.study.spec",
    "ltp_core.data.mask_file",
}
MODULES = """
    cli cli_options keywords
    data.atomic data.digest data.mapped_file data.mask_report data.quantization data.sealed_json
    data.shown data.tensor_file data.utf8
    model.architecture model.clone model.memory_map model.tokens
    rivals.method rivals.methods
    stage2.body stage2.deep_prompt stage2.lora stage2.prompt_place
    study.finished study.provenance study.run_rows study.shared_tickets study.spec_rules
    tasks.tables
    training.checkpoint training.distributed training.precision training.seeds
""".split()  # inside: all that they define
NAMES = {  # inside: some of what a module defines
    "arrays.topk": ("bounds", "by_counting", "collect"),
    "measure.evaluate": ("one_cast",),
    "rivals.criteria": ("untrained", "task_losses"),
    "stage1.find": ("Finding",),
    "stage1.mlm": ("masked_batches", "Adapting", "trainable_names", "text_rows"),
    "stage1.scores": ("Score", "ranked"),
    "stage2.cloze": ("literal", "maskless"),
    "stage2.prompt": ("PromptReparametrization", "linear_head", "mean_state", "label_pieces"),
    "stage2.prompt_start": ("vectors",),
    "stage2.train": ("Training", "labelled_rows"),
    "stage2.trained": ("is_trained", "versions"),
    "study.halving": ("next_runs", "planned", "file_of"),
    "study.spec": ("read_toml",),
    "study.sweep": ("run_one", "resolve_epochs", "method_inputs", "densities"),
    "tasks.emoji_groups": ("emoji_dir",),
    "tasks.emoji_keywords": ("shares_string",),
    "tasks.inference": ("bench_dir",),
    "ticket.chunks": ("shapes_of", "delta_bits", "random_bits"),
    "ticket.density": ("quotas",),
    "ticket.merge": ("is_merged",),
    "ticket.sparse": ("opened",),
}
