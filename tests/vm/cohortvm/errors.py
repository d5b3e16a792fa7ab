# SPDX-License-Identifier: GPL-2.0-or-later
"""What can go wrong outside of the guest's script."""


class VmError(Exception):
    """One line for the user: what is wrong, and what would be right."""
