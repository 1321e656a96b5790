"""Mail to people: a function per message puts it into the outbox, a job renders and sends it."""
