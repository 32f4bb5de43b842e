"""Bumble's Bluetooth controller, with the gaps closed that a host's behaviour depends on.

What is changed against bumble 0.0.236, each held by a test in ``tests/virtual``:

- a cancelled connection attempt ends, and is reported (as shipped it stays pending for ever);
- scan responses carry their own data, and only where the scan is active;
- the advertising interval counts in 0.625 ms, with the random delay of up to 10 ms that keeps two
  advertisers from always colliding (Core specification, vol. 6 part B, 4.4.2.2);
- an attempt can be refused;
- packets of 251 bytes instead of 27: one notification is one packet, as with today's devices;
- legacy advertising only, and no link-layer privacy: Linux would wait for the enhanced form of
  Connection Complete, which bumble never sends.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bumble import hci, ll
from bumble.controller import Controller, LegacyAdvertiser

if TYPE_CHECKING:
    from bumble.transport.common import TransportSink, TransportSource

    from pelvicsense.virtual.air import Air

ADVERTISING_UNIT_S = 0.000625
ADVERTISING_DELAY_S = 0.01

_NO_CONNECTION = 0
_UNSUPPORTED = (
    hci.LeFeatureMask.LL_PRIVACY
    | hci.LeFeatureMask.LE_EXTENDED_ADVERTISING
    | hci.LeFeatureMask.LE_PERIODIC_ADVERTISING
)


@dataclass
class ScannableAdvert(ll.AdvInd):
    """A connectable advert with the answer a scanner would get to its request."""

    scan_response: bytes = b""


class VirtualController(Controller):
    """A controller on the simulated air.

    Must be made in a running event loop.

    Parameters
    ----------
    name
        For bumble's log.
    air
        What it sends on.
    public_address
        ``C0:…`` form; needed where a host connects from its public address, as Linux does.
    host_source, host_sink
        Transport of a host outside this process; none for a host in it.
    """

    le_acl_data_packet_length = 251
    le_features = Controller.le_features & ~_UNSUPPORTED

    def __init__(
        self,
        name: str,
        air: Air,
        public_address: str | None = None,
        *,
        host_source: TransportSource | None = None,
        host_sink: TransportSink | None = None,
    ) -> None:
        super().__init__(
            name,
            host_source=host_source,
            host_sink=host_sink,
            link=air,
            public_address=public_address,
        )
        self.air = air
        self.le_legacy_advertiser = _Advertiser(self)

    def on_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Take a packet from the host; unlike bumble's, without composing a text of it."""
        if isinstance(packet, hci.HCI_AclDataPacket):
            self.on_hci_acl_data_packet(packet)
        else:
            super().on_hci_packet(packet)

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Hand a packet to the host, likewise."""
        if self.host:
            asyncio.get_running_loop().call_soon(self.host.on_packet, bytes(packet))

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """End the pending attempt and report its end, after the command's own completion."""
        if self.pending_le_connection is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        unknown = hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR
        asyncio.get_running_loop().call_soon(self._fail_pending, unknown)
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)

    def create_le_connection(self, peer_address: hci.Address) -> None:
        """Connect to an advertiser that was heard, unless it refuses."""
        refusal = self.air.path(peer_address).refuse
        if refusal is None:
            super().create_le_connection(peer_address)
        else:
            self._fail_pending(refusal)

    def on_advertising_pdu(self, pdu: ll.AdvInd | ll.AdvExtInd) -> None:
        """Report an advert to the host, and connect where the host wants to."""
        if self.le_scan_enable:
            kinds = hci.HCI_LE_Advertising_Report_Event.EventType
            self._report(kinds.ADV_IND, pdu.advertiser_address, pdu.data)
            if self._scans_actively and isinstance(pdu, ScannableAdvert):
                self._report(kinds.SCAN_RSP, pdu.advertiser_address, pdu.scan_response)
        pending = self.pending_le_connection
        if pending is not None and pending.peer_address == pdu.advertiser_address:
            self.create_le_connection(pdu.advertiser_address)

    @property
    def _scans_actively(self) -> bool:
        active = hci.HCI_LE_Set_Scan_Parameters_Command.ACTIVE_SCANNING
        return bool(self.le_scan_type == active)

    def _report(self, kind: int, address: hci.Address, data: bytes) -> None:
        report = hci.HCI_LE_Advertising_Report_Event.Report(
            event_type=kind,
            address_type=address.address_type,
            address=address,
            data=data,
            rssi=self.air.path(address).rssi_dbm,
        )
        self.send_hci_packet(hci.HCI_LE_Advertising_Report_Event([report]))

    def _fail_pending(self, status: int) -> None:
        pending, self.pending_le_connection = self.pending_le_connection, None
        if pending is None:  # connected in the meantime
            return
        self.send_hci_packet(
            hci.HCI_LE_Connection_Complete_Event(
                status=status,
                connection_handle=_NO_CONNECTION,
                role=hci.Role.CENTRAL,
                peer_address_type=pending.peer_address.address_type,
                peer_address=pending.peer_address,
                connection_interval=0,
                peripheral_latency=0,
                supervision_timeout=0,
                central_clock_accuracy=0,
            )
        )


class _Advertiser(LegacyAdvertiser):
    """Advertises in the units and with the delay of the specification."""

    controller: VirtualController

    def _on_timer_fired(self) -> None:
        self.send_advertising_data()
        delay_s = ADVERTISING_DELAY_S * float(self.controller.air.rng.uniform())
        interval_s = self.advertising_interval_min * ADVERTISING_UNIT_S
        self.timer_handle = asyncio.get_running_loop().call_later(
            interval_s + delay_s, self._on_timer_fired
        )

    def send_advertising_data(self) -> None:
        """Send one advert, to every channel at once."""
        if self.enabled:
            advert = ScannableAdvert(
                advertiser_address=self.address,
                data=self.advertising_data,
                scan_response=self.scan_response_data,
            )
            self.controller.send_advertising_pdu(advert)
