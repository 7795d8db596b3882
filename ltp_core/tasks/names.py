"""The names by which `tasks.load`, specs and the shell know a task. Imports nothing."""

NAMES = (
    "emoji",
    "emoji-pairs",
    "emoji-pairs-apart",
    "kinds",
    "xnli",
    "americasnli",
    "americasnli-own",
    "nli",
    "sib200",
)
