"""The verbs: what a command or the server asks the engine to do. Each is one module; views only show its result."""
