# SPDX-License-Identifier: GPL-2.0-or-later
add_executable(cohortd main.cpp)
target_link_libraries(cohortd PRIVATE cohort_daemon CLI11::CLI11)
