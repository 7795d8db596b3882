"""The language model: loading it, its tokens, the names of its parameters."""
