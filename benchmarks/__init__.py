"""Benchmarks: every figure that Broadsheet claims is printed by a command here, with its peer beside it in the same run."""
