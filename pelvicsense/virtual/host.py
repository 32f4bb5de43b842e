"""Bumble's host, without the text it composes of every packet whether it is logged or not.

With the same done in the controller and in ``StrictServer.notify``, three streaming sensors take
half as many function calls. And it may be given up at any moment, as a real radio may.
"""

from __future__ import annotations

from typing import Any

from bumble import att, hci
from bumble.gatt_client import Client
from bumble.host import Host


class QuietHost(Host):
    """A host that handles events and data as bumble's does, and logs neither."""

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Hand a packet to the controller."""
        if self.hci_sink:
            self.hci_sink.on_packet(bytes(packet))

    def on_command_processed(
        self, event: hci.HCI_Command_Complete_Event[Any] | hci.HCI_Command_Status_Event
    ) -> None:
        """Take the answer to a command, unless whoever waited for it has been cancelled."""
        if self.pending_response is None or not self.pending_response.done():
            super().on_command_processed(event)

    def on_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Take a packet from the controller."""
        if isinstance(packet, hci.HCI_Event):
            self.on_hci_event_packet(packet)
        elif isinstance(packet, hci.HCI_AclDataPacket):
            self.on_hci_acl_data_packet(packet)
        else:
            super().on_hci_packet(packet)


class ForgivingClient(Client):
    """A GATT client whose requests may be given up, too."""

    def on_gatt_pdu(self, att_pdu: att.ATT_PDU) -> None:
        """Take what a server sends, unless whoever waited for this answer has been cancelled."""
        given_up = self.pending_response is not None and self.pending_response.done()
        if not (given_up and att_pdu.op_code in att.ATT_RESPONSES):
            super().on_gatt_pdu(att_pdu)
