"""What the chapters need beside the method: figures, and sentences computed from results.

Reading order: `findings` (numbers into words), `figures` (numbers into pictures). matplotlib is
needed here and nowhere else; nothing else in the package imports this folder.

What it does not do: compute a result. It shows what the library computed.
"""
