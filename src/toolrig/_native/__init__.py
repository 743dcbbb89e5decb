"""Compiled kernels. Import them through ``toolrig._backend.kernel``."""
