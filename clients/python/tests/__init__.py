"""Tests of the reference client, against a small server of their own on a real socket."""
