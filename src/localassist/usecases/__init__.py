"""One verb a module: pure orchestration over ports."""
