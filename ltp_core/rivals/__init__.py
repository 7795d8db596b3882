"""The methods that LTP is compared with."""
