// SPDX-License-Identifier: GPL-2.0-or-later
//
// The commands: each adds itself to a parser, with its options and its help.
// A command does nothing while the line is parsed; it sets Session::run.
#pragma once

#include "ctl/cohortctl/session.hpp"

#include <CLI/App.hpp>

namespace cohort::ctl {

void add_cluster_add(CLI::App& cluster, Session& session);
void add_cluster_set(CLI::App& cluster, Session& session);
void add_cluster_del(CLI::App& cluster, Session& session);
void add_cluster_show(CLI::App& cluster, Session& session);

/// own, release, drain and adopt.
void add_bucket_changes(CLI::App& bucket, Session& session);
void add_bucket_set(CLI::App& bucket, Session& session);
void add_bucket_renew(CLI::App& bucket, Session& session);
void add_bucket_show(CLI::App& bucket, Session& session);

void add_hash(CLI::App& top, Session& session);
void add_stats(CLI::App& top, Session& session);
void add_doctor(CLI::App& top, Session& session);
void add_import(CLI::App& top, Session& session);
void add_monitor(CLI::App& top, Session& session);
void add_reload(CLI::App& top, Session& session);
void add_status(CLI::App& top, Session& session);

}  // namespace cohort::ctl
