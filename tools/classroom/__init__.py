"""One source for each set of exercises; from it what students and lecturers are given."""
