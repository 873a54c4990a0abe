"""The lean generator: ciphertext made before the run, clear headers, the kernel's receive time. It fills a core."""
