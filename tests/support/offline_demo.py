"""Runs `rootwatch demo` in a process that may connect to this machine only; takes the command's options."""

import sys

LOCAL = ("127.", "::1", "localhost")
EVENTS = {"socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"}


def forbid_network(event: str, arguments: tuple) -> None:
    """Raise OSError whenever Python is about to reach another machine."""
    if event not in EVENTS:
        return
    address = arguments[0] if event.startswith("socket.get") else arguments[1]
    host = address[0] if isinstance(address, tuple) else address
    if isinstance(host, str) and not host.startswith(("/", *LOCAL)):
        sys.stderr.write(f"the demonstration reached for {host}\n")
        raise OSError(f"{host} is no address of this machine")


if __name__ == "__main__":
    from bot.cli import main

    sys.addaudithook(forbid_network)
    sys.exit(main(["demo", *sys.argv[1:]]))
