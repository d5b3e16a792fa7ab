# SPDX-License-Identifier: GPL-2.0-or-later
add_executable(cohortd main.cpp)
# Its command line: what is slow here is only the compiler.
target_compile_options(cohortd PRIVATE $<$<CONFIG:RelWithDebInfo>:-O1>)
target_link_libraries(cohortd PRIVATE cohort_daemon CLI11::CLI11)
