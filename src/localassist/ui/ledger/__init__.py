"""The ledger in the window: every request, looked through, checked and exported."""
