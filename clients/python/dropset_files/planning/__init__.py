"""What a file changes in an account: matched with what is there, within the limits of the server."""
