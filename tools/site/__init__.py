"""The pages: Sphinx extension, browser, Colab, cards."""
