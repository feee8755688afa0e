"""What docs/how-to/put-it-behind-a-proxy.md names is what the program reads, serves and asks."""

import re
from pathlib import Path
from typing import Final

from adapters.alipay import gateway as alipay
from adapters.tencent import sms
from adapters.wechat import api as wechat
from adapters.wechat_pay import gateway as wechat_pay
from entrypoints.cli.bounded_heads import HEAD_BYTES_MOST
from entrypoints.cli.serve import KEEP_ALIVE_SECONDS
from entrypoints.container import MEMORY, Container
from entrypoints.container.storage import COS_ENDPOINT
from entrypoints.http.app import create_app, handlers_of
from entrypoints.http.routes.files import UPLOAD_BYTES_MOST
from entrypoints.settings import read_settings
from errand_domain.use_cases.files.file_links import LINK_LIFE
from tests.architecture.rules import PROJECT
from tests.stage import settings

PAGE: Final = (PROJECT / "docs/how-to/put-it-behind-a-proxy.md").read_text()
PROXY: Final = re.search(r"```nginx\n(.*?)```", PAGE, re.DOTALL)[1]  # type: ignore[index]  # there is one
TOLD: Final = re.search(r"```sh\n(.*?)```", PAGE, re.DOTALL)[1]  # type: ignore[index]  # there is one
MEGABYTE: Final = 1024 * 1024
NAME: Final = re.compile(r"ERRAND_[A-Z0-9_]*[A-Z0-9]")


def number(pattern: str) -> int:
    """The number behind those words in the example."""
    found = re.findall(rf"{pattern}", PROXY)
    assert len(found) == 1, pattern
    return int(found[0])


def test_every_setting_that_is_named_is_one():
    read = {name for path in (PROJECT / "src").rglob("*.py") for name in NAME.findall(path.read_text())}
    named = set(NAME.findall(PAGE))
    assert len(named) > 10
    assert named <= read


def test_the_settings_of_the_example_are_taken_as_they_stand():
    environment = dict(line.split("=", 1) for line in TOLD.splitlines())
    read = read_settings({"ERRAND_MODE": "development", "ERRAND_SECRET_KEY": "5e" * 32, **environment})
    assert read.public_url == "https://errand.example.edu.cn"
    assert (read.trusted_proxies, read.host, read.port) == (("127.0.0.1/32",), "127.0.0.1", 8000)
    assert PROXY.count(f"server {read.host}:{read.port};") == 1
    assert PROXY.count("server_name errand.example.edu.cn;") == 2


def test_the_proxy_passes_on_what_the_service_takes_and_lets_go_of_a_connection_first():
    body = number(r"client_max_body_size (\d+)m;") * MEGABYTE
    assert UPLOAD_BYTES_MOST <= body <= UPLOAD_BYTES_MOST + MEGABYTE
    count, kilobytes = re.findall(r"large_client_header_buffers (\d+) (\d+)k;", PROXY)[0]
    assert int(count) * int(kilobytes) * 1024 <= HEAD_BYTES_MOST
    assert number(r"keepalive_timeout (\d+)s;") < KEEP_ALIVE_SECONDS == 65
    assert f"{KEEP_ALIVE_SECONDS} seconds" in PROXY


def test_the_client_writes_no_part_of_the_address_that_it_is_counted_by():
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in PROXY
    assert "proxy_add_x_forwarded_for" not in PROXY
    assert [line for line in PROXY.splitlines() if "location" in line and "proxy_set_header" in line] == []


def test_every_place_that_the_proxy_knows_is_one_and_what_opens_a_photo_is_in_no_log():
    app = create_app(Container(settings=settings(MEMORY, Path())))
    paths = {path for _, path in handlers_of(app)}
    for exactly, place in re.findall(r"location (= )?(/\S*) \{", PROXY):
        assert any(path == place if exactly else path.startswith(place) for path in paths), place
    assert re.search(r"location /api/v1/file-links/ \{ access_log off; ", PROXY)
    assert LINK_LIFE.total_seconds() == 300


def test_the_hosts_that_it_may_go_out_to_are_those_that_adapters_ask():
    asked = {found.URL for found in (wechat_pay, alipay, wechat, sms)} | {COS_ENDPOINT}
    hosts = {url.removeprefix("https://").partition("/")[0] for url in asked}
    assert set(re.findall(r"^\| `([^`]+)`", PAGE, re.MULTILINE)) == hosts
    written = {
        url.removeprefix("https://").partition("/")[0]
        for folder in ("adapters", "entrypoints/container")
        for path in (PROJECT / "src" / folder).rglob("*.py")
        for url in re.findall(r'^\w+: Final = "(https://[^"]+)"', path.read_text(), re.MULTILINE)
    }
    assert written == hosts
