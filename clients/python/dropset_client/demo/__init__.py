"""Two phones, one account, edits in tunnels: `python -m dropset_client.demo` against a running server."""
