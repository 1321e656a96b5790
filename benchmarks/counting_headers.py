"""Names of the headers by which `benchmarks.counting` tells the driver what a request has cost."""

STATEMENTS, WRITES = "X-Statements", "X-Writing-Transactions"
