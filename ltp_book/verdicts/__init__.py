"""What stored results say: findings, claims, costs."""
