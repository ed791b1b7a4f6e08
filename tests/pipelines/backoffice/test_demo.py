"""The invented customers: each situation a call may meet, and a file that does not fit."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.backoffice.demo import DemoBackOffice
from pipelines.backoffice.protocol import NotFound, Unavailable, checked
from pipelines.backoffice.questions import QUESTIONS

CALLBACK = {
    "number": "770001234",
    "time": "2026-11-24T10:35",
    "queue": "general",
    "reason": "asked_for_person",
}
LACKING = ("bill", "plans")  # what a customer may be without
ARGUMENTS = {
    "pin": "0000",
    "code": "000000",
    "service": "internet",
    **CALLBACK,
    "order": "c-1",
    "amount": "10.00",
    "voucher": "12345678901234",
    "item": "plan",
    "card": "4111111111111111",
    "expiry": "1230",
    "security_code": "123",
    "bundle": "day-1",
    "plan": "large",
    "visit": "v1",
    "transfer": "t1",
    "active": "yes",
    "field": "address",
    "text": "1 New Street",
    "place": "Riverside",
}


async def ask(name: str, line: str, **more: str) -> dict[str, Any]:
    return await DemoBackOffice().fetch(name, {"line": line, **more})


async def test_verify_tells_the_name_only_with_the_right_pin() -> None:
    assert await ask("verify", "770001234", pin="4821") == {"verified": True, "name": "Awa Ndiaye"}
    assert await ask("verify", "770001234", pin="0000") == {"verified": False}


async def test_verify_does_not_reveal_that_a_line_is_unknown() -> None:
    assert await ask("verify", "779999999", pin="4821") == {"verified": False}


async def test_balance() -> None:
    assert await ask("balance", "770001234") == {
        "amount": "12.50",
        "currency": "EUR",
        "data_left_gb": "3.2",
        "valid_until": "2026-12-31",
    }


async def test_a_bill_high_for_roaming() -> None:
    bill = await ask("bill", "770002345")
    assert (bill["total"], bill["previous_total"]) == ("41.90", "29.90")
    assert {"name": "roaming", "amount": "12.00", "previous": "0.00"} in bill["items"]


async def test_a_prepaid_line_has_no_bill() -> None:
    with pytest.raises(NotFound, match="bill"):
        await ask("bill", "770003456")


async def test_outages_by_area_and_service() -> None:
    down = {"outage": True, "until": "18:00", "area": "Old Harbour", "kind": "fault"}
    assert await ask("outage", "770004567", service="internet") == down
    assert not (await ask("outage", "770004567", service="mobile"))["outage"]
    planned = await ask("outage", "770007890", service="mobile")
    assert (planned["kind"], planned["until"]) == ("planned", None)


async def test_sims_blocked_and_beyond_help() -> None:
    assert (await ask("sim", "770005678")) == {
        "blocked": True,
        "puk": "56781234",
        "attempts_left": 7,
    }
    assert (await ask("sim", "770006789"))["attempts_left"] == 0


async def test_callbacks_are_remembered_and_the_same_booking_is_one() -> None:
    office = DemoBackOffice()
    later = {**CALLBACK, "time": "2026-11-25T08:00"}
    for arguments in (CALLBACK, CALLBACK, later):
        assert await office.fetch("callback", arguments) == {"booked": True}
    assert office.callbacks == [CALLBACK, later]


async def test_every_customer_fits_the_contract() -> None:
    office = DemoBackOffice()
    assert len(office.lines) >= 6
    for line in office.lines:
        assert len(line) == 9
        assert line.isdigit()
        for name, (wanted, _) in QUESTIONS.items():
            arguments = {key: line if key == "line" else ARGUMENTS[key] for key in wanted}
            try:
                answer = await office.fetch(name, arguments)
            except NotFound:
                assert name in LACKING
                continue
            if name == "bill":  # what is read out must add up
                sums = [sum(Decimal(i[k]) for i in answer["items"]) for k in ("amount", "previous")]
                assert sums == [Decimal(answer["total"]), Decimal(answer["previous_total"])]


@pytest.mark.parametrize("name", sorted(set(QUESTIONS) - {"verify", "callback", "shop"}))
async def test_an_unknown_line_is_not_found(name: str) -> None:
    more = {key: ARGUMENTS[key] for key in QUESTIONS[name][0] if key != "line"}
    with pytest.raises(NotFound, match="no such line"):
        await ask(name, "779999999", **more)


async def test_what_is_ordered_is_there_afterwards_and_an_order_is_carried_out_once() -> None:
    office = DemoBackOffice()
    line = {"line": "770001234"}
    order = {**line, "bundle": "month-20", "order": "call-1"}
    first = await office.fetch("buy_bundle", order)
    assert first["bought"]
    assert await office.fetch("buy_bundle", order) == first
    assert (await office.fetch("balance", line))["amount"] == "0.50"
    again = await office.fetch("buy_bundle", {**order, "order": "call-2"})
    assert (again["bought"], again["why"]) == (False, "credit")
    running = (await office.fetch("bundles", line))["active"]
    assert [bundle["id"] for bundle in running] == ["week-5", "month-20"]


async def test_shops_are_found_by_what_people_call_the_place() -> None:
    office = DemoBackOffice()
    assert (await office.fetch("shop", {"place": "i am in riverside"}))["name"] == "Riverside Mall"
    with pytest.raises(NotFound):
        await office.fetch("shop", {"place": "on the moon"})


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("weather", {"line": "770001234"}),
        ("balance", {}),
        ("balance", {"line": "770001234", "pin": "4821"}),
        ("outage", {"line": "770001234", "service": "pigeons"}),
        ("callback", {"number": "770001234", "time": "2026-11-24T10:35"}),
        ("callback", {**CALLBACK, "time": "tomorrow"}),
    ],
)
async def test_what_no_back_office_could_answer_is_a_bug(
    name: str, arguments: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match="back-office question"):
        await DemoBackOffice().fetch(name, arguments)


@pytest.mark.parametrize("text", ["[[customers]]\nname = 'no line'", "not toml", "customers = 3"])
def test_a_file_that_does_not_fit_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"mine\.toml"):
        DemoBackOffice(path)


@pytest.mark.parametrize(
    ("name", "answer", "field"),
    [
        ("balance", [], "answer"),
        ("balance", {"amount": 12.5, "currency": "EUR"}, "amount"),
        ("sim", {"blocked": "no", "puk": "12345678", "attempts_left": 7}, "blocked"),
        ("outage", {"outage": True, "until": "25:00"}, "until"),
        ("verify", {"verified": True}, "name"),
        ("callback", {}, "booked"),
        ("callback", {"booked": "later"}, "booked"),
    ],
)
def test_a_wrong_answer_names_its_fields_and_no_values(
    name: str, answer: object, field: str
) -> None:
    with pytest.raises(Unavailable, match=field) as caught:
        checked(name, answer)
    assert "12345678" not in str(caught.value)


def test_dates_must_exist_and_extra_fields_are_left_out() -> None:
    good = {
        "amount": "1.00",
        "currency": "EUR",
        "data_left_gb": "2",
        "valid_until": "2026-02-28",
    }
    assert checked("balance", {**good, "segment": "gold"}) == good
    with pytest.raises(Unavailable, match="valid_until"):
        checked("balance", {**good, "valid_until": "2026-02-30"})


def test_an_unverified_answer_lets_no_name_through() -> None:
    assert checked("verify", {"verified": False, "name": "Awa"}) == {"verified": False}
