// SPDX-License-Identifier: GPL-2.0-or-later
//
// The VIPs as addresses of a device. They come without a prefix route and
// without duplicate address detection, since every node holds them. IPv6 ones
// are deprecated from the start, so that they are never chosen as a source.
//
// Each stands by itself, as a /32 or /128, whatever the length of its prefix:
// of several IPv4 addresses in one prefix, Linux makes the later ones depend on
// the first, gives them no route, and removes them along with it. So a VIP
// could take the host's own address away, or go with it.
//
// An address of ours bears a protocol mark (IFA_PROTO); one that an
// administrator set up bears another or none, and is never touched.
#pragma once

#include "ctl/base/address.hpp"
#include "ctl/base/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cohort::netlink {

class Socket;

/// The value of IFA_PROTO on addresses that Cohort added.
inline constexpr std::uint8_t kAddressMark = 0xC0;

/// An address of some device, as rtnetlink tells it.
struct HeldAddress {
    IpAddress address;
    std::uint32_t index = 0;  ///< of the device
    std::uint8_t prefix_len = 0;
    std::uint32_t flags = 0;  ///< IFA_F_…
    bool ours = false;        ///< bears our mark
};

/// A device that has a certain address.
struct Holder {
    std::string dev;
    std::uint8_t prefix_len = 0;
    bool ours = false;  ///< bears our mark
};

/// Whether it is what add() made on `dev`, and remove() takes away.
bool is_placed_on(const std::string& dev, const Holder& holder);

/// The command by which an administrator takes the address away: "ip addr del 192.0.2.50/32 dev
/// lo".
std::string removal_command(const IpAddress& address, const Holder& holder);

class AddressClient {
public:
    /// In the caller's network namespace, or in the one of that name.
    static Result<AddressClient> open(const std::optional<std::string>& netns = std::nullopt);

    AddressClient(AddressClient&&) noexcept;
    AddressClient& operator=(AddressClient&&) noexcept;
    ~AddressClient();

    /// The index of a device; refused with ENODEV if there is none.
    Result<std::uint32_t> device_index(const std::string& dev);

    /// True if it was added; false, and no error, if the device had the
    /// address, by whatever prefix.
    Result<bool> add(const std::string& dev, const Vip& vip);

    /// True if it was removed; false, and no error, if it is not there or not
    /// ours, or if the device is gone.
    Result<bool> remove(const std::string& dev, const Vip& vip);

    /// Every device that has the address, whoever set it up: the host answers for it
    /// on all of its devices, whichever that is.
    Result<std::vector<Holder>> holders(const IpAddress& address);

    /// The addresses of all devices.
    Result<std::vector<HeldAddress>> list();

    /// The addresses of the device that bear our mark.
    Result<std::vector<IpAddress>> list(const std::string& dev);

private:
    Result<std::string> device_name(std::uint32_t index);

    explicit AddressClient(std::unique_ptr<Socket> socket);
    std::unique_ptr<Socket> socket_;
};

}  // namespace cohort::netlink
