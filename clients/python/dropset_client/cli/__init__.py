"""The client as a program: every part of the protocol by hand, with or without a network."""
