"""Many runs from one spec: sweeps, tuning, shared tickets."""
