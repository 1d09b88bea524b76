"""Benchmarks: every figure that Broadsheet claims is printed by a command here, beside its peer in the same run."""
