"""Shops, users, tokens and orders from the command line, on a fresh home, as an operator types them."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.serving import Znx, gateway


@pytest.fixture(scope="module")
def znx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Znx]:
    """Commands on a home that does not exist before the first of them."""
    with gateway(tmp_path_factory.mktemp("setting-up") / "home") as znx:
        yield znx


@pytest.fixture(scope="module")
def with_shop(znx: Znx) -> Znx:
    """The same with the shop lotus."""
    assert znx.run("shop", "add", "lotus", "--name", "莲花").stdout.decode() == "莲花: lotus@inbox.example\n"
    return znx


def failure(done: "subprocess.CompletedProcess[bytes]") -> str:
    """The one line of a failed command."""
    assert done.returncode == 1
    (line,) = done.stderr.decode().splitlines()
    assert done.stdout == b""
    return line


def test_the_mails_and_keys_of_a_home_are_its_owners_alone(with_shop: Znx) -> None:
    assert with_shop.home.stat().st_mode & 0o777 == 0o700


def test_a_shop_is_made_and_tells_its_address(with_shop: Znx) -> None:
    made = json.loads(with_shop.run("shop", "add", "silk", "--name", "Silk", "--locale", "zh", "--json").stdout)
    assert (made["slug"], made["locale"], made["address"]) == ("silk", "zh", "silk@inbox.example")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("shop", "add", "lotus", "--name", "Again"), "already"),
        (("shop", "add", "postmaster", "--name", "Mine"), "reserved"),
        (("shop", "add", "A b", "--name", "Shop"), "a-z"),
        (("shop", "add", "tea", "--name", " "), "name"),
        (("token", "add", "--role", "seller"), "needs a shop"),
        (("token", "add", "--role", "seller", "--shop", "none"), "no shop"),
        (("user", "add", "li@shop.test", "--role", "seller", "--shop", "none"), "shop"),
        (("user", "add", "li", "--role", "seller"), "email"),
        (("order", "import", "missing.csv", "--shop", "lotus"), "No such file"),
        (("order", "import", "orders.xls", "--shop", "lotus"), "orders.xls"),
        (("reprocess", "5"), "no such mail"),
    ],
)
def test_a_mistake_is_one_clear_line(with_shop: Znx, words: tuple[str, ...], why: str) -> None:
    assert why in failure(with_shop.run(*words, check=False))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("nonsense",), "nonsense"),
        (("user", "add", "li@shop.test", "--role", "king"), "'king' is not one of"),
        (("order", "import", "orders.csv"), "--shop"),
        (("preview", "reply", "--colour"), "--colour"),
    ],
)
def test_a_wrong_command_line_is_one_clear_line(znx: Znx, words: tuple[str, ...], why: str) -> None:
    done = znx.run(*words, check=False)
    (line,) = done.stderr.decode().splitlines()
    assert (done.returncode, done.stdout, line.startswith("znx: "), why in line) == (2, b"", True, True)


def test_a_command_line_without_its_word_gets_the_words(znx: Znx) -> None:
    done = znx.run("shop", check=False)
    assert done.returncode == 2
    assert "add" in (done.stdout + done.stderr).decode()
    assert znx.run("--version").stdout.startswith(b"znx ")


def test_a_pipe_is_told_what_is_wrong_in_words(with_shop: Znx) -> None:
    done = with_shop.run("ingest", "--rcpt", "lotus@inbox.example", given=b"Subject: hi\n\nhello\n", check=False)
    assert (done.returncode, done.stderr) == (65, b"znx: 5.6.0 Expected exactly one From with one address\n")


def test_a_token_stands_alone_on_standard_output(with_shop: Znx) -> None:
    done = with_shop.run("token", "add", "--role", "seller", "--shop", "lotus")
    assert re.fullmatch(rb"[a-z2-7]{40}\n", done.stdout)


def test_a_password_comes_from_a_pipe_or_is_made_and_printed_once(with_shop: Znx) -> None:
    piped = with_shop.run(
        "user", "add", "li@shop.test", "--role", "seller", "--shop", "lotus", given=b"correct horse\n"
    )
    made = with_shop.run("user", "add", "ann@shop.test", "--role", "admin")
    assert piped.stdout == b""
    assert re.fullmatch(rb"\S{12,}\n", made.stdout)
    assert b"exists" in with_shop.run("user", "add", "LI@shop.test", "--role", "admin", check=False).stderr
    assert b"8" in with_shop.run("user", "add", "bo@shop.test", "--role", "admin", given=b"short\n", check=False).stderr


def test_a_file_of_orders_names_its_bad_lines_and_writes_the_others(with_shop: Znx, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("order_no,email,note\nA-1,li@buyer.test,包好\nA-2,nobody,\nA-3,ann@buyer.test,\n", "gb18030")
    done = with_shop.run("order", "import", str(file), "--shop", "lotus", check=False)
    assert (done.returncode, done.stdout) == (1, b"")
    bad, summary = done.stderr.decode().splitlines()
    assert bad.startswith(f"{file}:3: order A-2: buyer.email: ")
    assert summary == "2 created, 0 updated, 1 failed"
    again = with_shop.run("order", "import", str(file), "--shop", "lotus", "--json", check=False)
    told = json.loads(again.stdout)
    assert (told["created"], told["updated"], told["failed"]) == (0, 2, 1)
    assert (told["errors"][0]["line"], told["errors"][0]["order_no"]) == (3, "A-2")


def test_a_good_file_ends_well(with_shop: Znx, tmp_path: Path) -> None:
    file = tmp_path / "orders.json"
    file.write_text(json.dumps([{"order_no": f"B-{n}", "buyer": {"email": f"b{n}@buyer.test"}} for n in range(3)]))
    done = with_shop.run("order", "import", str(file), "--shop", "lotus")
    assert done.stderr.decode() == "3 created, 0 updated, 0 failed\n"


def test_what_was_set_up_works_over_the_api(with_shop: Znx) -> None:
    with_shop.token = with_shop.run("token", "add", "--role", "admin").stdout.decode().strip()
    with_shop.start("web", roles=("web",))
    assert "lotus" in {shop["slug"] for shop in with_shop.items("/shops")}
