// SPDX-License-Identifier: GPL-2.0-or-later
//
// Errors as values across every boundary of user space.
#pragma once

#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace cohort {

/// Who said no; decides a program's exit status.
enum class ErrorKind {
    usage,        ///< the caller's words are off: exit status 1
    refused,      ///< the kernel or cohortd refused: 2
    unreachable,  ///< the module is not loaded, or cohortd does not answer: 3
};

/// One clear line: what is wrong, with its value, and what would be right.
struct Error {
    ErrorKind kind = ErrorKind::refused;
    std::string message;
    int code = 0;  ///< errno where one applies, else 0
};

/// For Result<T>::value() on an error: a mistake of the program, not of the user.
[[noreturn]] inline void throw_exception_from_error(const Error& error,
                                                    const boost::source_location&) {
    throw std::logic_error("unchecked error: " + error.message);
}

template <class T>
using Result = boost::system::result<T, Error>;

inline Error usage_error(std::string message) {
    return {ErrorKind::usage, std::move(message), 0};
}

}  // namespace cohort
