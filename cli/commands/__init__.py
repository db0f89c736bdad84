"""One file a command. Each is loaded by its name when it is asked for; ``cli.register`` lists them."""
