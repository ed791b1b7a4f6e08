"""What a task does to the phone before the call, and what it asks of it afterwards."""

from pipelines.bench.tau2.phone import Phone


class PhoneSetup:
    """The functions that tasks name, on one phone."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone

    def set_user_info(self, name: str, phone_number: str) -> None:
        """Whose phone it is."""
        self._phone.around.phone_number = phone_number

    def set_user_location(self, abroad: bool) -> None:
        """Whether they travel."""
        self._phone.around.abroad = abroad

    def turn_airplane_mode_on(self) -> None:
        """Airplane mode is on."""
        if not self._phone.airplane_mode:
            self._phone.toggle_airplane_mode()

    def turn_roaming_on(self) -> None:
        """Data roaming is on."""
        if not self._phone.roaming_enabled:
            self._phone.toggle_roaming()

    def turn_roaming_off(self) -> None:
        """Data roaming is off."""
        if self._phone.roaming_enabled:
            self._phone.toggle_roaming()

    def turn_data_off(self) -> None:
        """Mobile data is off."""
        if self._phone.data_enabled:
            self._phone.toggle_data()

    def turn_data_saver_mode_on(self) -> None:
        """Data saver is on."""
        self._phone.data_saver = True

    def set_network_mode_preference(self, mode: str) -> None:
        """As the owner's tool."""
        self._phone.set_network_mode_preference(mode)

    def set_wifi_calling(self, enabled: bool, mms_over_wifi: bool | None = None) -> None:
        """Calls over Wi-Fi, and whether picture messages go that way too."""
        self._phone.wifi_calling = enabled
        if mms_over_wifi is not None:
            self._phone.mms_over_wifi = mms_over_wifi

    def break_vpn(self) -> None:
        """A VPN is connected, and slow."""
        self._phone.vpn = "poor"

    def unseat_sim_card(self) -> None:
        """The card has no contact."""
        self._phone.sim_missing = True
        self._phone.simulate_network_search()

    def lock_sim_card(self, mode: str) -> None:
        """The card wants its PIN or PUK."""
        self._phone.sim = f"locked_{mode}"
        self._phone.simulate_network_search()

    def break_apn_settings(self) -> None:
        """The access point is wrong: no service."""
        self._phone.apn_broken = True
        self._phone.simulate_network_search()

    def break_apn_mms_setting(self) -> None:
        """The address of the picture messages' centre is missing."""
        self._phone.mmsc_url = False

    def remove_app_permission(self, app_name: str, permission: str) -> None:
        """An app may no longer do that."""
        self._phone.permissions[app_name][permission] = False

    def simulate_network_search(self) -> None:
        """The phone looks for its network."""
        self._phone.simulate_network_search()

    def assert_service_status(self, expected_status: str) -> bool:
        """`expected_status` is "connected" or "no_service"."""
        return self._phone.connected == (expected_status == "connected")

    def assert_mobile_data_status(self, expected_status: bool) -> bool:
        """Whether mobile data works."""
        return self._phone.data_works == expected_status

    def assert_internet_speed(self, expected_speed: float, expected_desc: str = "") -> bool:
        """At least so many Mbit/s, and called so."""
        mbit, named = self._phone.speed
        return mbit >= expected_speed and expected_desc.lower() in ("", named)

    def assert_can_send_mms(self, expected_status: bool) -> bool:
        """Whether a picture message gets out."""
        return self._phone.can_send_mms == expected_status
