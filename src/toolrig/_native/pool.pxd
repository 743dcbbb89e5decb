"""What other kernels cimport: the one pool of threads."""

cdef extern from "job.h" nogil:
    ctypedef struct tr_job:
        pass
    ctypedef struct tr_crew:
        int (*submit)(tr_job *job) noexcept
        int (*withdraw)(tr_job *job) noexcept

cdef int submit(tr_job *job) noexcept nogil
cdef int withdraw(tr_job *job) noexcept nogil
