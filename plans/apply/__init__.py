"""The walk: carries a plan out, durable step by durable step, and tells what became of each."""
