// SPDX-License-Identifier: GPL-2.0-or-later
#include "ctl/cohortctl/doctor/findings_view.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cohort::ctl {

Severity worst_of(const std::vector<Finding>& findings) {
    Severity worst = Severity::ok;
    for (const Finding& finding : findings)
        worst = std::max(worst, finding.trouble.severity);
    return worst;
}

Json findings_json(const netlink::Cluster& cluster, const std::vector<Finding>& findings) {
    Json list = Json::array();
    for (const Finding& finding : findings)
        list.push_back({{"id", finding.id},
                        {"result", to_string(finding.trouble.severity)},
                        {"problem", finding.trouble.problem},
                        {"mend", finding.trouble.mend}});
    return {{"name", cluster.name},
            {"dev", cluster.dev},
            {"result", to_string(worst_of(findings))},
            {"findings", std::move(list)}};
}

std::string findings_text(const netlink::Cluster& cluster, const std::vector<Finding>& findings) {
    std::string text;
    for (const Finding& finding : findings) {
        const Trouble& trouble = finding.trouble;
        if (trouble.severity == Severity::ok)
            continue;
        text += fmt::format("{}: {}: {}: {}\n", cluster.name, to_string(trouble.severity),
                            finding.id, trouble.problem);
        for (const std::string& line : trouble.mend)
            text += fmt::format("    {}\n", line);
    }
    return text.empty()
               ? fmt::format("{}: ok: {} checks found nothing\n", cluster.name, findings.size())
               : text;
}

}  // namespace cohort::ctl
