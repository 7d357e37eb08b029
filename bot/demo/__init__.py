"""The demonstration: the real bot in a simulated Discord in the browser, on a bundled record, without a network."""
