from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dropset_client.sse import Comment, Event, Parser, Retry

STREAM = (
    '\ufeffretry: 2710\r\n\r\nevent: poke\r\ndata: {"a":\r\ndata:  1}\r\n\r\n: still here\r\rdata\n\nid: 7\ndata: x\n\n'
    "event: never\n\nretry: soon\nevent: cut off\ndata: y\n"
)
FOUND = [Retry(2.71), Event("poke", '{"a":\n 1}'), Comment("still here"), Event("message", ""), Event("message", "x")]


def test_a_stream_is_read_as_the_standard_says() -> None:
    assert list(Parser().feed(STREAM)) == FOUND


@given(st.lists(st.integers(0, len(STREAM)), max_size=8))
def test_it_does_not_matter_where_the_network_cuts(cuts: list[int]) -> None:
    parser = Parser()
    places = [0, *sorted(cuts), len(STREAM)]
    found = [one for start, end in pairwise(places) for one in parser.feed(STREAM[start:end])]

    assert found == FOUND
