import numpy as np
import pyarrow as pa
import pytest

from datagen_chat.draws import key
from datagen_chat.faking import method, source
from datagen_chat.values import arrow

TYPES = {
    "string": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "datetime": pa.timestamp("us"),
    "date": pa.date32(),
}
METHODS = [
    "address", "boolean", "city", "company", "country", "credit_card_number", "date_of_birth", "date_time", "ean13", "email",
    "first_name", "iban", "ipv4", "ipv6", "isbn10", "iso8601", "latitude", "mac_address", "name", "null_boolean", "paragraph",
    "passport_full", "postcode", "pyfloat", "pyint", "random_number", "sentence", "ssn", "text", "uuid1", "uuid4", "uuid7",
]  # fmt: skip


def column(name: str, rows: range | np.ndarray, stream: int = 1) -> pa.Array:
    found = source(name, "en_US", {}, key(stream, name)).sample(rows)
    return arrow(found, TYPES[method(name).kind])


@pytest.mark.parametrize("name", METHODS)
def test_a_cell_depends_on_its_row_alone(name: str) -> None:
    whole = column(name, range(1000, 1400))
    rows = np.array([1399, 1000, 1007, 1007, 1250], np.int64)

    assert column(name, rows).equals(whole.take(pa.array(rows - 1000)))
    assert pa.concat_arrays([column(name, range(1000, 1001)), column(name, range(1001, 1400))]).equals(whole)


def test_a_source_gives_nothing_for_no_rows() -> None:
    assert [len(column(name, range(5, 5))) for name in METHODS] == [0] * len(METHODS)


def test_streams_of_two_keys_differ() -> None:
    assert not column("email", range(50)).equals(column("email", range(50), stream=2))


def test_values_stay_the_same_on_every_day_and_every_machine() -> None:
    assert column("uuid4", range(2)).to_pylist() == UUIDS
    assert [str(day) for day in column("date_of_birth", range(3)).to_pylist()] == BIRTHS
    assert [str(time) for time in column("date_time", range(2)).to_pylist()] == TIMES
    assert column("name", range(3)).to_pylist() == NAMES


UUIDS = ["6e8ab12e-b06c-4180-8b74-a46d7cef54f9", "9858988c-18a1-42f4-9cc9-32ee89fb7041"]
BIRTHS = ["1982-06-15", "1937-08-19", "1911-09-05"]
TIMES = ["1985-09-18 07:50:19.897022", "2015-02-11 23:16:31.085379"]
NAMES = ["Emily Butler", "Matthew Larsen Jr.", "Amy Santiago"]
