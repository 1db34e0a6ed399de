"""What the gateway promises, shown on processes of its own: killed, starved, flooded, and asked afterwards."""

import pytest

pytest.register_assert_rewrite("tests.promises.looking")
