// SPDX-License-Identifier: GPL-2.0-or-later
//
// Little-endian fields in and out of byte buffers, bounds kept.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace cohort::wire {

/// Reads fields one after the other. Past the end it reads zeros and ok()
/// turns false for good, so a parser may check once, at its end.
class ByteReader {
public:
    explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

    template <std::unsigned_integral T>
    T get() {
        if (bytes_.size() < sizeof(T)) {
            fail();
            return 0;
        }
        std::uint64_t value = 0;
        for (std::size_t i = sizeof(T); i-- > 0;)
            value = value << 8 | std::to_integer<std::uint64_t>(bytes_[i]);
        bytes_ = bytes_.subspan(sizeof(T));
        return static_cast<T>(value);
    }

    void skip(std::size_t count) {
        if (bytes_.size() < count)
            fail();
        else
            bytes_ = bytes_.subspan(count);
    }

    /// All that is left.
    std::span<const std::byte> rest() {
        auto rest = bytes_;
        bytes_ = {};
        return rest;
    }

    std::size_t left() const { return bytes_.size(); }
    bool ok() const { return ok_; }
    /// Everything was there, and nothing more.
    bool at_end() const { return ok_ && bytes_.empty(); }

private:
    void fail() {
        ok_ = false;
        bytes_ = {};
    }

    std::span<const std::byte> bytes_;
    bool ok_ = true;
};

/// Writes fields one after the other into a buffer that the caller has made
/// large enough; what does not fit is a mistake of the program and is cut off.
class ByteWriter {
public:
    explicit ByteWriter(std::span<std::byte> bytes) : bytes_(bytes) {}

    template <std::unsigned_integral T>
    void put(T value) {
        for (std::size_t i = 0; i < sizeof(T) && written_ < bytes_.size(); ++i)
            bytes_[written_++] =
                static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * i));
    }

    void zeros(std::size_t count) {
        for (; count > 0 && written_ < bytes_.size(); --count)
            bytes_[written_++] = std::byte{0};
    }

    void put_bytes(std::span<const std::byte> bytes) {
        for (std::byte b : bytes)
            put(std::to_integer<std::uint8_t>(b));
    }

    std::size_t written() const { return written_; }

private:
    std::span<std::byte> bytes_;
    std::size_t written_ = 0;
};

}  // namespace cohort::wire
