// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the driver of a serial port says of the line: what went wrong on it, and
// which modem lines are up. A driver without them, as a pseudo-terminal's, says
// nothing, which is no error.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace cohort::link {

/// The driver's counts are of the port's whole life; it may start them anew.
struct LineErrors {
    std::uint64_t overrun = 0;  ///< bytes that nobody fetched in time, here
    std::uint64_t framing = 0;
    std::uint64_t parity = 0;
    std::uint64_t breaks = 0;
    std::uint64_t turns = 0;  ///< no errors: how often CTS, DSR and DCD went up or down
    bool operator==(const LineErrors&) const = default;
};

/// Up or down, as the other end drives them; a cable of three wires has none.
struct ModemLines {
    bool cts = false;
    bool dsr = false;
    bool dcd = false;
    bool operator==(const ModemLines&) const = default;
};

struct LineReading {
    std::optional<LineErrors> errors;
    std::optional<ModemLines> modem;
};

/// Asks the driver (TIOCGICOUNT, TIOCMGET).
LineReading read_line(int fd);

/// Adds up what went wrong while the link had the device. Pure.
class LineWatch {
public:
    /// The device was opened: what its driver counted before is not ours.
    void restart(const LineReading& reading);

    /// Gives a line of text, with what may be the cause, for each kind of
    /// error that there were more of.
    std::vector<std::string_view> observe(const LineReading& reading);

    const std::optional<LineErrors>& errors() const { return errors_; }
    const std::optional<ModemLines>& modem() const { return modem_; }

private:
    std::optional<LineErrors> last_;    ///< as the driver said
    std::optional<LineErrors> errors_;  ///< monotonic, also over devices
    std::optional<ModemLines> modem_;
};

}  // namespace cohort::link
