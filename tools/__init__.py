"""What builds data, model, environment, book and site. Nothing in the packages imports it."""
