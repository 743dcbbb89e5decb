"""Standard-library twins of the compiled kernels: same names, same answers, no compiler."""
