"""The air between host and sensors: bumble's link, with addresses, order and time put right.

What is changed against bumble 0.0.236, each held by a test in ``tests/virtual``: data comes from
the address a connection was made with, whether public or random; packets of a path keep their
order under delays; a path may fall silent, and a link that stays silent for the supervision
timeout ends at both sides.
"""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict
from functools import partial

import numpy as np
from bumble import hci, ll
from bumble.controller import Connection, Controller
from bumble.core import PhysicalTransport
from bumble.link import LocalLink

from pelvicsense.virtual.path import Path

SUPERVISION_S = 0.72
"""Silence after which a link counts as lost, s; bumble's default (BlueZ asks for 0.42)."""


class Air(LocalLink):
    """Where all controllers of one simulation meet.

    Parameters
    ----------
    rng
        Draws every delay, loss and advertising delay.
    supervision_s
        Silence after which both ends of a link call it lost.
    """

    def __init__(self, rng: np.random.Generator, supervision_s: float = SUPERVISION_S) -> None:
        super().__init__()
        self.rng = rng
        self.supervision_s = supervision_s
        self._paths: defaultdict[bytes, Path] = defaultdict(Path)

    def path(self, address: hci.Address | str) -> Path:
        """Return the way to a sensor; one for both directions."""
        return self._paths[bytes(hci.Address(address) if isinstance(address, str) else address)]

    # -- faults of a link ----------------------------------------------------------------------

    def drop(self, address: str, reason: int = hci.HCI_CONNECTION_TIMEOUT_ERROR) -> None:
        """Break a sensor's link, if it has one; both ends notice at once."""
        self.path(address).clear()
        for controller, connection in self._ends(address):
            _end(controller, connection, reason)

    def silence(self, address: str, duration_s: float = math.inf) -> None:
        """Let nothing to or from a sensor pass for a while.

        What was sent meanwhile arrives afterwards, unless the silence outlasts the supervision
        timeout: then the link is lost.
        """
        loop = asyncio.get_running_loop()
        path = self.path(address)
        path.silent_until_s = loop.time() + duration_s
        loop.call_later(self.supervision_s, self._supervise, address)

    def power_cut(self, address: str) -> None:
        """End a link without a word at the sensor's side; the host notices by supervision."""
        self.path(address).clear()
        later = asyncio.get_running_loop().call_later
        for controller, connection in self._ends(address):
            if controller.random_address == hci.Address(address):
                _end(controller, connection, hci.HCI_CONNECTION_TIMEOUT_ERROR)
            else:
                reason = hci.HCI_CONNECTION_TIMEOUT_ERROR
                later(self.supervision_s, _end, controller, connection, reason)

    def _supervise(self, address: str) -> None:
        if self.path(address).silent:
            self.drop(address)

    def _establish(self, address: hci.Address) -> None:
        """End a link whose sensor went away before it could answer the request to connect."""
        ends = self._ends(address)
        if len(ends) == 1:
            _end(*ends[0], hci.HCI_CONNECTION_FAILED_TO_BE_ESTABLISHED_ERROR)

    def _ends(self, address: hci.Address | str) -> list[tuple[Controller, Connection]]:
        """Both ends of a sensor's link."""
        sensor = hci.Address(address) if isinstance(address, str) else address
        return [
            (controller, connection)
            for controller in self.controllers
            for connection in controller.le_connections.values()
            if sensor in (connection.self_address, connection.peer_address)
        ]

    # -- what bumble's controllers call --------------------------------------------------------

    def send_advertising_pdu(
        self, sender_controller: Controller, packet: ll.AdvertisingPdu
    ) -> None:
        """Let everyone hear an advert or a request to connect, if the sensor can be heard."""
        assert isinstance(packet, ll.AdvInd | ll.ConnectInd)
        if isinstance(packet, ll.ConnectInd):
            later = asyncio.get_running_loop().call_later
            later(self.supervision_s, self._establish, packet.advertiser_address)
        if not self.path(packet.advertiser_address).silent:
            super().send_advertising_pdu(sender_controller, packet)

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        """Carry one L2CAP packet along its path."""
        connection = sender_controller.le_connections.get(destination_address)
        if connection is None:
            return
        path = self._between(connection.self_address, destination_address)
        arrive = partial(self._arrive, connection.self_address, destination_address, transport)
        for packet in path.spoiled(data, self.rng):
            path.carry(partial(arrive, packet), self.rng)

    def _arrive(
        self,
        source: hci.Address,
        destination: hci.Address,
        transport: PhysicalTransport,
        packet: bytes,
    ) -> None:
        receiver = self.find_le_controller(destination)
        if receiver is not None and source in receiver.le_connections:
            receiver.on_link_acl_data(source, transport, packet)

    def send_ll_control_pdu(
        self, sender_address: hci.Address, receiver_address: hci.Address, packet: ll.ControlPdu
    ) -> None:
        """Carry a message between controllers, after the data sent before it."""
        path = self._between(sender_address, receiver_address)
        path.carry(partial(self._control, sender_address, receiver_address, packet), self.rng)

    def _control(
        self, source: hci.Address, destination: hci.Address, packet: ll.ControlPdu
    ) -> None:
        receiver = self.find_le_controller(destination)
        if receiver is not None and source in receiver.le_connections:
            receiver.on_ll_control_pdu(source, packet)

    def _between(self, one: hci.Address, other: hci.Address) -> Path:
        """Return the sensor's path; sensors have a random address, the host a public one."""
        return self.path(one if one.is_random else other)


def _end(controller: Controller, connection: Connection, reason: int) -> None:
    """End one side of a link, unless it has ended meanwhile."""
    if controller.le_connections.get(connection.peer_address) is connection:
        controller.on_le_disconnected(connection, reason)
