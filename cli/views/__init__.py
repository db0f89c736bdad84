"""What is shown: a class a format over a shared value. The only place that writes to the terminal."""
