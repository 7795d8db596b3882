"""The model of the page *Try it*: trained by one recipe, stored in a few bits, laid out."""
