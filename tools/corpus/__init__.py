"""The text that the embedded model was trained on."""
