import pytest

from ops.checkout import PlainError
from ops.database import check_url, database, without_password

PASSWORD = "hunter@2"
IN_URL = "hunter%402"


@pytest.mark.parametrize(
    "url",
    [
        "garbage",
        "postgresql://",
        "postgresql://user@host",
        "postgresql://[broken",
        "mysql://user@127.0.0.1/name",
        "sqlite:///db.sqlite3",
        "postgresql://user@127.0.0.1/name?no_such_option=1",
        "postgresql://user:%zz@127.0.0.1/name",
    ],
)
def test_check_url_refuses_what_is_no_address(url: str) -> None:
    with pytest.raises(PlainError, match="expected postgresql://user:password@host:5432/name") as caught:
        check_url(url)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "url", [f"postgresql://user:{IN_URL}@127.0.0.1:1/name", "postgresql:///name?host=/no/such/folder"]
)
def test_check_url_tells_in_one_line_that_nobody_answers(url: str) -> None:
    with pytest.raises(PlainError, match=r"^cannot use the server in DATABASE_URL: .*(refused|No such file)") as caught:
        check_url(url)
    assert "\n" not in str(caught.value)
    assert PASSWORD not in str(caught.value)
    assert IN_URL not in str(caught.value)


def test_without_password_hides_it_as_written_and_as_meant() -> None:
    text = f"for {PASSWORD} and {IN_URL}"
    assert without_password(text, f"postgresql://user:{IN_URL}@host/name") == "for *** and ***"


def test_database_refuses_a_broken_url_instead_of_starting_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "garbage")
    with pytest.raises(PlainError, match="DATABASE_URL"), database("postgres-never"):
        pytest.fail("a server of our own stood in")
