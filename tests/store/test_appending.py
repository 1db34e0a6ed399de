"""What the journal writes by hand fits the tables that the models describe."""

import pytest

from gateway.models import InboundEmail, RawEmail
from gateway.models.columns import table_of
from gateway.store.appending import LEDGER_COLUMNS, RAW_COLUMNS


@pytest.mark.parametrize(("model", "written"), [(RawEmail, RAW_COLUMNS), (InboundEmail, LEDGER_COLUMNS)])
def test_every_column_that_may_not_be_empty_is_written(
    model: type[RawEmail] | type[InboundEmail], written: tuple[str, ...]
) -> None:
    columns = table_of(model).c
    needed = {column.name for column in columns if not column.nullable and column.server_default is None}
    assert needed <= set(written) <= set(columns.keys())
