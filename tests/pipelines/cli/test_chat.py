"""`waxtaan chat`, its lines from a pipe."""

from tests.pipelines.cli.shell import Shell

BALANCE = "what is my balance\n#770001234\n/state\n4821\nno\n"


def test_a_conversation_and_its_log(waxtaan: Shell) -> None:
    ran = waxtaan("chat", "--log", "call.jsonl", typed=BALANCE)
    for told in (
        "Back office: the demonstration's",
        "Pages: the examples; passages: en ",
        "judged by nearest sample alone",
        "'waxtaan models get e5-small'",
        "Language model: none",
        "caller en  what is my balance",
        "caller     (keys) 770001234",
        "slots: line 770001234",
        "use cases: balance",
        "caller en  ••••",
        "agent en  You have 12 euros 50 left.",
        "ended: goodbye",
        "Log: call.jsonl",
    ):
        assert told in ran.stdout, told
    log = (waxtaan.folder / "call.jsonl").read_text(encoding="utf-8")
    assert "4821" not in log
    assert "4821" not in ran.stdout.split("Commands")[1]
    assert "1 calls, 0 with differences" in waxtaan("replay", "call.jsonl").stdout


def test_commands(waxtaan: Shell) -> None:
    lines = (
        "/why on",
        "this is outrageous",
        "/rules",
        "/why off",
        "what is my balance",
        "/language fr",
        "/language xx",
        "/keys #",
        "/keys abc",
        "/why perhaps",
        "/nonsense",
        "",
        "/quit",
        "not said any more",
    )
    out = waxtaan("chat", typed="\n".join(lines)).stdout
    assert "rule: anger 1.00  Signal(anger, True)" in out
    assert "│ said: this is outrageous" in out
    assert "StartFlow(balance" not in out
    assert "agent fr " in out
    assert "no language 'xx'; there are en, fr" in out
    assert "/keys takes telephone keys" in out
    assert "/why on or /why off" in out
    assert "no command /nonsense; there are /keys" in out
    assert "ended: caller hung up" in out
    assert "not said any more" not in out


def test_who_calls_and_who_answers(waxtaan: Shell) -> None:
    asked = waxtaan("chat", "--caller", "770001234", typed="what is my balance\n").stdout
    assert "Is this about the number 7 7, 0 0 0, 1 2, 3 4?" in asked
    french = waxtaan("chat", "-l", "fr", "--sample", "sim").stdout
    assert "caller fr  " in french
    assert "ended: goodbye" in french
    down = waxtaan(
        "chat", "--back-office", "http://127.0.0.1:1", typed="my internet is down\n#770004567\n"
    )
    assert "Back office: http://127.0.0.1:1." in down.stdout


def test_what_is_wrong_is_said(waxtaan: Shell) -> None:
    for arguments, told in (
        (("-l", "xx"), "no language 'xx'; there are en, fr"),
        (("--caller", "+221"), "digits only"),
        (("--back-office", "ftp://x"), "'demo', or the address of yours"),
        (("--sample", "nobody"), "no sample caller 'nobody' in prompts/en; "),
        (("--log", "no/such/folder.jsonl"), "--log no/such/folder.jsonl: No such file"),
    ):
        assert told in waxtaan("chat", *arguments, code=2).stderr
