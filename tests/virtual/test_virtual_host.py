"""The simulated host may be given up at any moment."""

from __future__ import annotations

import asyncio

from bumble import hci

from pelvicsense.virtual.host import QuietHost


def test_an_answer_to_a_cancelled_command_is_no_error() -> None:
    """Bumble sets the result of a future that was cancelled, which raises in the event loop."""
    asyncio.run(_give_up_and_answer())


async def _give_up_and_answer() -> None:
    host = QuietHost()
    waiting = asyncio.get_running_loop().create_future()
    host.pending_command = hci.HCI_Reset_Command()
    host.pending_response = waiting
    waiting.cancel()
    answer = hci.HCI_Command_Complete_Event(
        num_hci_command_packets=1,
        command_opcode=hci.HCI_RESET_COMMAND,
        return_parameters=hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS),
    )
    host.on_command_processed(answer)
    assert waiting.cancelled()
