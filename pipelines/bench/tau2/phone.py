"""A mobile phone on paper: its settings, the network around it, and what its owner can do to it.

The tools and what they do are those of tau2's telecom domain; README.md says where each effect is
from. Nothing is drawn by chance.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# By what a network search finds: generation, and how strong it is where the caller is.
_FOUND = {
    "4g_5g_preferred": ("5G", "excellent"),
    "4g_only": ("4G", "good"),
    "3g_only": ("3G", "fair"),
    "2g_only": ("2G", "poor"),
}
_MBIT = {"5G": 275.0, "4G": 55.0, "3G": 3.0, "2G": 0.25}  # Mbit/s, in the middle of its range
_SIGNAL = {"excellent": 1.0, "good": 0.8, "fair": 0.5, "poor": 0.2}
_NAMED = ((100.0, "excellent"), (25.0, "good"), (5.0, "fair"), (1.0, "poor"), (0.0, "very poor"))
_SLOWED_BY_VPN, _SLOWED_BY_SAVER = 0.1, 0.2


@dataclass
class PaymentRequest:
    """A bill that the operator asks to be paid; `amount` in dollars."""

    bill_id: str
    amount: float
    paid: bool = False


@dataclass
class Surroundings:
    """What the phone cannot change: where it is, and what its operator allows."""

    phone_number: str = ""
    abroad: bool = False
    line_active: bool = True
    roaming_allowed: bool = False
    data_used_up: bool = False
    payment_request: PaymentRequest | None = None


@dataclass
class Phone:
    """Its state; the methods without a leading "turn", "set", "break" ... are the owner's tools."""

    around: Surroundings = field(default_factory=Surroundings)
    airplane_mode: bool = False
    sim: str = "active"  # or "locked_pin", "locked_puk"
    sim_missing: bool = False
    connected: bool = True
    technology: str = "5G"  # "" while not connected
    signal: str = "good"  # "none" while not connected
    data_enabled: bool = True
    roaming_enabled: bool = False
    mode: str = "4g_5g_preferred"
    data_saver: bool = False
    wifi_calling: bool = False
    mms_over_wifi: bool = False
    vpn: str = ""  # how well it performs, "" while there is none
    apn_broken: bool = False
    mmsc_url: bool = True
    apn_reset_due: bool = False  # the defaults come with the next restart
    permissions: dict[str, dict[str, bool]] = field(default_factory=dict)

    @classmethod
    def from_data(cls, device: Mapping[str, Any]) -> "Phone":
        """As `user_db.toml` describes it."""
        apps = device["app_statuses"]
        return cls(
            airplane_mode=device["airplane_mode"],
            sim=device["sim_card_status"],
            sim_missing=device["sim_card_missing"],
            connected=device["network_connection_status"] == "connected",
            technology=device["network_technology_connected"],
            signal=device["network_signal_strength"],
            data_enabled=device["data_enabled"],
            roaming_enabled=device["roaming_enabled"],
            mode=device["network_mode_preference"],
            data_saver=device["data_saver_mode"],
            wifi_calling=device["wifi_calling_enabled"],
            mms_over_wifi=device["wifi_calling_mms_over_wifi"],
            vpn="excellent" if device["vpn_connected"] else "",
            mmsc_url=bool(device["active_apn_settings"]["mmsc_url"]),
            permissions={name: dict(app["permissions"]) for name, app in apps.items()},
        )

    # What its owner sees

    @property
    def status_bar(self) -> str:
        """Its first sign: "Airplane Mode", "No Signal", or how strong the signal is."""
        if self.airplane_mode:
            return "Airplane Mode"
        return "No Signal" if self.signal == "none" else f"{self.signal.title()} {self.technology}"

    @property
    def sim_status(self) -> str:
        """ "active", "missing", "locked_pin" or "locked_puk"."""
        return "missing" if self.sim_missing else self.sim

    @property
    def data_works(self) -> bool:
        """Whether anything comes through without Wi-Fi."""
        around = self.around
        barred = around.abroad and not (self.roaming_enabled and around.roaming_allowed)
        return self.connected and self.data_enabled and not (barred or around.data_used_up)

    @property
    def speed(self) -> tuple[float, str]:
        """Mbit/s down, and what a speed test calls it ("no connection" if nothing comes)."""
        if not self.data_works:
            return 0.0, "no connection"
        mbit = _MBIT[self.technology] * _SIGNAL[self.signal]
        mbit *= _SLOWED_BY_VPN if self.vpn == "poor" else 1.0
        mbit = round(mbit * (_SLOWED_BY_SAVER if self.data_saver else 1.0), 2)
        return mbit, next(name for least, name in _NAMED if mbit >= least)

    @property
    def can_send_mms(self) -> bool:
        """Whether the messaging app gets a picture out."""
        may = self.permissions.get("messaging", {})
        over_wifi = self.wifi_calling and self.mms_over_wifi  # which this operator does not carry
        allowed = may.get("storage", False) and may.get("sms", False)
        return (
            self.data_works
            and self.technology != "2G"
            and not over_wifi
            and self.mmsc_url
            and allowed
        )

    # What its owner does

    def toggle_airplane_mode(self) -> None:
        """On also ends a VPN."""
        self.airplane_mode = not self.airplane_mode
        if self.airplane_mode:
            self.vpn = ""
        self.simulate_network_search()

    def reseat_sim_card(self) -> None:
        """Take it out and put it back."""
        self.sim_missing = False
        self.simulate_network_search()

    def toggle_data(self) -> None:
        """Mobile data."""
        self.data_enabled = not self.data_enabled
        self.simulate_network_search()

    def toggle_roaming(self) -> None:
        """Data roaming."""
        self.roaming_enabled = not self.roaming_enabled
        self.simulate_network_search()

    def toggle_data_saver_mode(self) -> None:
        """Data saver."""
        self.data_saver = not self.data_saver

    def set_network_mode_preference(self, mode: str) -> None:
        """`mode` is "4g_5g_preferred", "4g_only", "3g_only" or "2g_only"; others do nothing."""
        if mode in _FOUND:
            self.mode = mode
            self.simulate_network_search()

    def reset_apn_settings(self) -> None:
        """The defaults come with the next restart."""
        self.apn_reset_due = True

    def toggle_wifi_calling(self) -> None:
        """Calls over Wi-Fi."""
        self.wifi_calling = not self.wifi_calling

    def disconnect_vpn(self) -> None:
        """End the VPN there is."""
        self.vpn = ""

    def grant_app_permission(self, app_name: str, permission: str) -> None:
        """Of an app and a permission that there are."""
        if permission in self.permissions.get(app_name, {}):
            self.permissions[app_name][permission] = True

    def reboot_device(self) -> None:
        """Restart."""
        if self.apn_reset_due:
            self.apn_broken, self.mmsc_url, self.apn_reset_due = False, True, False
        self.simulate_network_search()

    def make_payment(self) -> None:
        """Pay what a payment request asks for."""
        if self.around.payment_request is not None:
            self.around.payment_request.paid = True

    def simulate_network_search(self) -> None:
        """Find what there is to be connected to."""
        barred = self.airplane_mode or self.apn_broken or not self.around.line_active
        self.connected = self.sim_status == "active" and not barred
        self.technology, self.signal = _FOUND[self.mode] if self.connected else ("", "none")
