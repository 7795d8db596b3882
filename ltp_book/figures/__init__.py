"""The figures of the chapters. Each module draws for one chapter or one subject."""
