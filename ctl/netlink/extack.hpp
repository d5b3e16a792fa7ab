// SPDX-License-Identifier: GPL-2.0-or-later
//
// The kernel's words about a refusal (extended acknowledgement). libnl does
// not read them; this is the one place that does.
#pragma once

#include "ctl/base/result.hpp"

#include <linux/netlink.h>

#include <string_view>

namespace cohort::netlink {

/// The name of a top-level attribute of a generic netlink request, or "". May
/// be null where requests are of another kind: then none is named.
using AttributeNames = std::string_view (*)(int attribute);

/// What an NLMSG_ERROR, or an NLMSG_DONE that ends a dump in failure, says
/// about `request`. Its words come back verbatim; an attribute is named where
/// the kernel's words do not, and the system's word for the errno stands in
/// where there are none. `answer` must be whole (nlmsg_ok()).
Error refusal(const nlmsghdr* answer, const nlmsghdr* request, AttributeNames names);

/// The errno in an NLMSG_ERROR or NLMSG_DONE; 0 if it reports success.
int error_code(const nlmsghdr* answer);

}  // namespace cohort::netlink
