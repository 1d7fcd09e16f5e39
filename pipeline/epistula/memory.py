"""Limiting the memory of a process, where the system can."""

from pathlib import Path


def limit_memory(memory_mb: int) -> None:
    """Let the process use no more address space than it has now and `memory_mb`."""
    try:
        import resource
    except ImportError:  # Windows: only the time is limited there
        return
    status = Path("/proc/self/statm")
    used = int(status.read_text().split()[0]) * resource.getpagesize() if status.exists() else 0
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    wanted = used + memory_mb * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (wanted if hard < 0 else min(wanted, hard), hard))
