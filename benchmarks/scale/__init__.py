"""A deployment that has grown: a million people, thousands of apps, millions of events."""
