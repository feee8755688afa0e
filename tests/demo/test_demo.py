"""`errand demo` from an empty folder: what it shows, that its session runs, and that it comes back as it was."""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from click.testing import CliRunner

from entrypoints.cli.main import main
from entrypoints.demo.folder import DemoFolder
from entrypoints.demo.people import APPLICANTS, EVERYBODY, RUNNERS
from entrypoints.demo.places import BUILDINGS, NAME
from entrypoints.sandbox.tencent_sms.keys import TEMPLATE_WORDS
from errand_domain.order.states import NAMES
from errand_domain.runner.verification import VERIFICATION_NAMES
from tests.demo.demonstration import Demo
from tests.demo.serving import Process, environment

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


def test_there_is_an_order_in_every_state(demo: Demo):
    states = Counter(order["state"] for order in demo.told("order", "list", "--limit", "200"))
    assert set(states) == set(NAMES.values())
    assert states["open"] >= 5


def test_there_is_a_runner_in_every_state(demo: Demo):
    assert len(demo.told("member", "list", "--limit", "200")) == len(EVERYBODY)
    found = [demo.told("runner", "show", person.phone) for person in (*RUNNERS, *APPLICANTS)]
    assert {one["verification"] for one in found} == set(VERIFICATION_NAMES.values()) - {"left"}


def test_there_is_money_on_every_way(demo: Demo):
    every = ("requested", "waiting_for_user", "succeeded", "failed")
    words = [word for state in every for word in ("--state", state)]
    assert {one["state"] for one in demo.told("withdrawal", "list", *words)} == set(every)
    kinds = {row["account"] for row in demo.told("ledger", "balances")}
    assert kinds >= {"escrow", "runner_held", "runner_available", "campus_agent", "platform", "provider_clearing"}
    assert demo.told("ledger", "verify")["sound"]


def test_the_campus_looks_like_one(demo: Demo):
    (campus,) = httpx.get(f"{demo.url}/api/v1/campuses").json()["items"]
    places = httpx.get(f"{demo.url}/api/v1/campuses/{campus['id']}").json()["buildings"]
    assert len(places) == len(BUILDINGS) == 25
    assert {place["admits"] for place in places} == {"anyone", "women", "men", "nobody"}


def test_it_says_what_to_open(demo: Demo):
    for wanted in ("/schema", "/sandbox", "--script", "0201 立夏", "(finance)"):
        assert wanted in demo.process.log
    for address in (f"{demo.url}/schema", f"{demo.sandbox_url}/sandbox"):
        assert httpx.get(address, follow_redirects=True).is_success


def test_every_day_but_today_agrees_with_the_providers_bills(demo: Demo):
    """The fees are booked, and the clearing account then stands at what the provider holds."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    days = [str(today - timedelta(days=ago)) for ago in range(5, 1, -1)]
    told = [provider for day in days for provider in demo.told("ledger", "reconcile", day)["providers"]]
    assert {provider["outcome"] for provider in told} == {"clean"}
    findings = [finding for provider in told for finding in provider["lines"]]
    assert findings
    assert {finding["finding"] for finding in findings} <= {"matched", "under_way"}


def test_everything_in_its_folder_is_private(demo: Demo):
    assert demo.folder.key_file.stat().st_mode & 0o777 == 0o600
    assert demo.folder.path.stat().st_mode & 0o077 == 0


def test_its_session_runs_from_price_to_payout(demo: Demo):
    script = CliRunner().invoke(main, ["demo", "--folder", str(demo.folder.path), "--script"])
    assert script.exit_code == 0
    done = subprocess.run(
        ["bash"], input=script.stdout, env=environment({}), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"state":"completed"' in done.stdout
    for told in ("the order is open", "is succeeded", "sound      yes"):
        assert told in done.stdout
    assert done.stderr == ""


def test_a_code_reaches_its_phone_by_text_message_and_mail_is_shown_beside_it(demo: Demo):
    phone, mail = "+8613800000888", "somebody@example.edu.cn"
    for kind, address in (("phone", phone), ("email", mail)):
        asked = {"kind": kind, "address": address}
        assert httpx.post(f"{demo.url}/api/v1/sign-in/codes", json=asked).is_success
    every = httpx.get(f"{demo.sandbox_url}/sandbox/inbox").json()["items"]
    newest, before = (one for one in every if one["to"] in (phone, mail))
    assert (newest["to"], before["to"]) == (mail, phone)
    assert before["text"] == TEMPLATE_WORDS.replace("{1}", before["code"])


def test_a_shell_can_work_on_its_data(demo: Demo):
    exports = CliRunner().invoke(main, ["demo", "--folder", str(demo.folder.path), "--environment"]).stdout
    script = f"{exports}\n{sys.executable} -m entrypoints.cli campus list --json"
    done = subprocess.run(["bash", "-c", script], env=environment({}), capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)[0]["name"] == NAME


def test_it_comes_back_as_it_was(demo: Demo):
    before = demo.told("ledger", "journal", "--limit", "1000")
    assert demo.process.stop() in (0, -15)
    assert "Making" in demo.process.log
    key = demo.folder.key_file.read_text()
    demo.process.start()
    demo.process.await_answer(f"{demo.url}/health/ready")
    after = demo.told("ledger", "journal", "--limit", "1000")
    assert after[: len(before)] == before
    assert demo.folder.key_file.read_text() == key
    assert demo.process.log.count("Making") == 1


def test_a_second_one_takes_the_next_port(demo: Demo):
    words = ("demo", "--folder", str(demo.folder.path), "--port", str(demo.port))
    first = demo.folder.addresses
    second = Process(*words, log=demo.folder.path / "second.log", settings={})
    second.start()
    try:
        second.await_log(f"{NAME} · errand demo")
        assert demo.folder.addresses.service != demo.url
        assert httpx.get(f"{demo.folder.addresses.sandbox}/sandbox").is_success
    finally:
        second.kill()
        demo.folder.serve_at(first)


def test_it_is_thrown_away_only_when_asked(tmp_path: Path):
    folder = DemoFolder(tmp_path / "demo")
    folder.begin()
    (folder.path / "errand.sqlite3").write_bytes(os.urandom(10))
    assert folder.settings.secret_key == folder.settings.secret_key
    assert folder.settings.partners == folder.settings.partners
    assert not folder.is_seeded
    folder.finish(("0001_first.py",))
    assert folder.is_seeded
    assert folder.has(("0001_first.py",))
    assert not folder.has(("0001_first.py", "0002_second.py"))
