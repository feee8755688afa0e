"""`errand documents`, and what the doctor says of them."""

import json

from click.testing import CliRunner, Result

from entrypoints.cli.main import main
from errand_domain.member.consent import DOCUMENTS

ENVIRONMENT = {"ERRAND_MODE": "development", "ERRAND_SECRET_KEY": "5e" * 32, "ERRAND_DATABASE_URL": "memory:"}


def errand(*words: str, **more: str) -> Result:
    return CliRunner().invoke(main, words, env={**ENVIRONMENT, **more})


def test_the_list_says_which_versions_there_are_and_which_are_in_force():
    rows = json.loads(errand("documents", "list", "--json").stdout)
    assert [row["document"] for row in rows] == list(DOCUMENTS)
    assert all(row["in_force"] and row["effective_on"] == "2026-11-01" and len(row["sha256"]) == 64 for row in rows)
    assert "隐私政策" in errand("documents", "list").stdout


def test_a_text_is_shown_as_people_read_it():
    shown = errand("documents", "show", "runner_agreement", ERRAND_OPERATOR_NAME="杭州跑腿科技有限公司")
    assert shown.stdout.startswith("# 校园跑腿跑腿者协议\n")
    assert "杭州跑腿科技有限公司" in shown.stdout
    told = json.loads(errand("documents", "show", "runner_agreement", "--json").stdout)
    assert told["text"].startswith("# 校园跑腿跑腿者协议\n")


def test_what_is_not_there_is_refused_in_one_line():
    other = errand("documents", "show", "user_agreement", "--version", "1999")
    assert (other.exit_code, other.stdout, other.stderr.count("\n")) == (2, "", 1)
    assert errand("documents", "show", "cookie_policy").exit_code == 2
    without = errand("documents", "list", ERRAND_USER_AGREEMENT_VERSION="1999")
    assert (without.exit_code, without.stderr.count("\n")) == (2, 1)
    assert "ERRAND_USER_AGREEMENT_VERSION" in without.stderr


def test_the_doctor_names_a_missing_text(tmp_path):
    files = {"ERRAND_FILES_FOLDER": str(tmp_path)}
    well = {row["check"]: row for row in json.loads(errand("doctor", "--json", **files).stdout)}
    assert well["documents"]["ok"]
    assert "ERRAND_OPERATOR_NAME" in well["documents"]["detail"]
    found = errand("doctor", "--json", ERRAND_PRIVACY_POLICY_VERSION="1999", **files)
    ill = {row["check"]: row for row in json.loads(found.stdout)}
    assert found.exit_code == 1
    assert not ill["documents"]["ok"]
    assert "ERRAND_PRIVACY_POLICY_VERSION" in ill["documents"]["detail"]
