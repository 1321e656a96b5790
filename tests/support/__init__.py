"""What tests stand on: databases, servers, browsers, clocks, drivers of the protocol."""
