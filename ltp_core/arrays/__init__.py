"""Algorithms on plain arrays: the k largest numbers, a short code for sorted places. No files."""
