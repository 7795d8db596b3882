"""Run the chapters, compare their outputs, test them."""
