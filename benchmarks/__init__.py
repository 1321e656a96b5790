"""What is timed: a production-like server, a driver for it, and yardsticks of the same run.

`make bench` runs it; docs/performance.md says how to read the result. Times are never asserted in
a test; what does not depend on the machine is held by tests/perf.
"""
