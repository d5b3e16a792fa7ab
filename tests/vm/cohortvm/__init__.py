# SPDX-License-Identifier: GPL-2.0-or-later
"""Virtual machines that run Debian's own kernels on this host's files.

The host's / is seen read-only through virtio-9p under a tmpfs overlay, so a
guest has every program of the host and the build tree, and can change nothing.
"""
