#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Make the C side of the netlink interface from spec/cohort.yaml.

    spec/generate.py            write the three files
    spec/generate.py --check    exit 1, naming each file that differs

include/uapi/linux/cohort.h   constants, enums, attributes, commands
kmod/netlink_gen.h, .c        one policy an operation, and the table of operations

The specification is in the kernel's YNL format, of which this understands what
the family uses. Do and dump share one `struct genl_ops` and its policy: that
form exists in every supported kernel, the split one only since 6.2.
"""
import pathlib
import sys
import textwrap

import yaml

TOP = pathlib.Path(__file__).resolve().parent.parent
SPEC = TOP / "spec/cohort.yaml"
S16_MAX = 0x7FFF  # the widest bound that struct nla_policy holds inline


def c_name(*parts):
    return "_".join(parts).replace("-", "_").lower()


def c_upper(*parts):
    return c_name(*parts).upper()


def flag(name):
    return f"GENL_{c_upper(name)}"


class Family:
    """The specification, with what its defaults imply filled in."""

    def __init__(self, spec):
        self.spec = spec
        self.name = spec["name"]
        self.version = spec["version"]
        self.definitions = spec["definitions"]
        self.consts = {d["name"]: d["value"] for d in self.definitions if d["type"] == "const"}
        self.sets = {s["name"]: s for s in spec["attribute-sets"]}
        for attr_set in self.sets.values():
            attr_set.setdefault("name-prefix", f"{self.name}-a-{attr_set['name']}-")
        self.operations = spec["operations"]["list"]
        self.cmd_prefix = spec["operations"]["name-prefix"]
        self.groups = spec["mcast-groups"]["list"]

    def limit(self, value):
        """A bound of the specification as (number, C spelling)."""
        if isinstance(value, str):
            return self.consts[value], c_upper(self.name, value)
        return value, str(value)

    def attr(self, attr_set, attr):
        return c_upper(attr_set["name-prefix"]) + c_upper(attr["name"])

    def set_max(self, attr_set):
        return c_upper(attr_set["name-prefix"]) + "MAX"

    def command(self, operation):
        return c_upper(self.cmd_prefix) + c_upper(operation["name"])

    def requests(self):
        return [op for op in self.operations if "do" in op or "dump" in op]


NOTE = "Made of spec/cohort.yaml by spec/generate.py: do not edit."


def header_banner(license_id):
    return [f"/* SPDX-License-Identifier: {license_id} */", f"/* {NOTE} */", ""]


def source_banner(license_id):
    return [f"// SPDX-License-Identifier: {license_id}", f"// {NOTE}", ""]


# --- include/uapi/linux/cohort.h -------------------------------------------

def doc_comment(name, doc, members):
    """kernel-doc for an enum whose entries say something, else nothing."""
    told = [(member, text) for member, text in members if text]
    if not doc and not told:
        return []
    texts = [f"enum {name}" + (f" - {doc}" if doc else "")]
    texts += [f"@{member}: {text}" for member, text in told]
    lines = ["/**"]
    for text in texts:
        lines += textwrap.wrap(text, 79, initial_indent=" * ", subsequent_indent=" *   ")
    return lines + [" */"]


def uapi_enum(family, definition):
    prefix = c_upper(family.name, definition["name"])
    name = c_name(family.name, definition["name"])
    members, body = [], []
    for entry in definition["entries"]:
        entry = {"name": entry} if isinstance(entry, str) else entry
        member = f"{prefix}_{c_upper(entry['name'])}"
        members.append((member, entry.get("doc")))
        body.append(f"\t{member}" + (f" = {entry['value']}" if "value" in entry else "") + ",")
    return doc_comment(name, definition.get("doc"), members) + [f"enum {name} {{"] + body + ["};", ""]


def uapi_attributes(family, attr_set):
    members, body = [], []
    for position, attr in enumerate(attr_set["attributes"]):
        member = family.attr(attr_set, attr)
        members.append((member, attr.get("doc")))
        body.append(f"\t{member}" + (" = 1" if position == 0 else "") + ",")
    last = family.set_max(attr_set)
    name = c_name(family.name, attr_set["name"], "attrs")
    return (doc_comment(name, f"attribute set {attr_set['name']}", members)
            + [f"enum {name} {{"] + body + ["", f"\t__{last},", f"\t{last} = (__{last} - 1)", "};", ""])


def uapi_commands(family):
    prefix = c_upper(family.cmd_prefix)
    name = c_name(family.name, "cmds")
    members = [(family.command(op), op.get("doc")) for op in family.operations]
    body = [f"\t{member}" + (" = 1" if position == 0 else "") + ","
            for position, (member, _) in enumerate(members)]
    return (doc_comment(name, "operations", members) + [f"enum {name} {{"] + body
            + ["", f"\t__{prefix}MAX,", f"\t{prefix}MAX = (__{prefix}MAX - 1)", "};", ""])


def uapi_header(family):
    guard = "_UAPI_LINUX_COHORT_H"
    lines = header_banner("GPL-2.0 WITH Linux-syscall-note")
    lines += [f"#ifndef {guard}", f"#define {guard}", ""]
    lines += [f'#define {c_upper(family.spec["c-family-name"])} "{family.name}"',
              f'#define {c_upper(family.spec["c-version-name"])} {family.version}', ""]
    for definition in family.definitions:
        if definition["type"] == "const":
            note = f" /* {definition['doc']} */" if "doc" in definition else ""
            lines.append(f"#define {c_upper(family.name, definition['name'])} {definition['value']}{note}")
    lines.append("")
    for definition in family.definitions:
        if definition["type"] == "enum":
            lines += uapi_enum(family, definition)
    for attr_set in family.sets.values():
        lines += uapi_attributes(family, attr_set)
    lines += uapi_commands(family)
    for group in family.groups:
        lines.append(f'#define {c_upper(family.name, "mcgrp", group["name"])} "{group["name"]}"')
    return lines + ["", f"#endif /* {guard} */"]


# --- kmod/netlink_gen.c, .h -------------------------------------------------

class Policies:
    """nla_policy initialisers, and the range tables that wide bounds need."""

    def __init__(self, family):
        self.family = family
        self.ranges = []

    def wide_range(self, name, low, high):
        table = c_name(self.family.name, name, "range")
        # Not const: before 6.9 the policy's pointer to it was not either.
        self.ranges += [f"static struct netlink_range_validation {table} = {{",
                        f"\t.min\t= {low},", f"\t.max\t= {high},", "};", ""]
        return f"NLA_POLICY_FULL_RANGE(NLA_U32, &{table})"

    def integer(self, attr, checks):
        low, low_text = self.family.limit(checks.get("min", 0))
        high, high_text = self.family.limit(checks.get("max", 0xFFFFFFFF))
        kind = f"NLA_{attr['type'].upper()}"
        if "min" not in checks and "max" not in checks:
            return f"{{ .type = {kind}, }}"
        if max(low, high) > S16_MAX:
            return self.wide_range(attr["name"], low_text, high_text)
        if low == 0:
            return f"NLA_POLICY_MAX({kind}, {high_text})"
        return f"NLA_POLICY_RANGE({kind}, {low_text}, {high_text})"

    def binary(self, checks):
        texts = {key: self.family.limit(value)[1] for key, value in checks.items()}
        if "exact-len" in texts:
            return f"NLA_POLICY_EXACT_LEN({texts['exact-len']})"
        if "min-len" in texts:
            return f"NLA_POLICY_RANGE(NLA_BINARY, {texts['min-len']}, {texts['max-len']})"
        return f"{{ .type = NLA_BINARY, .len = {texts['max-len']}, }}"

    def entry(self, attr):
        kind, checks = attr["type"], attr.get("checks", {})
        if kind == "nest":
            return f"NLA_POLICY_NESTED({c_name(self.family.name, attr['nested-attributes'], 'nl_policy')})"
        if kind == "string":  # an empty one is refused by the handler, which knows what to say
            return f"{{ .type = NLA_NUL_STRING, .len = {self.family.limit(checks['max-len'])[1]}, }}"
        if kind == "binary":
            return self.binary(checks)
        return self.integer(attr, checks)

    def table(self, attr_set, names, title, linkage):
        attrs = {attr["name"]: attr for attr in attr_set["attributes"]}
        chosen = [attrs[name] for name in names]
        top = self.family.attr(attr_set, max(chosen, key=attr_set["attributes"].index))
        lines = [f"{linkage}const struct nla_policy {title}[{top} + 1] = {{"]
        lines += [f"\t[{self.family.attr(attr_set, attr)}] = {self.entry(attr)}," for attr in chosen]
        return lines + ["};", ""], top


def request_names(operation):
    names = []
    for mode in ("do", "dump"):
        names += operation.get(mode, {}).get("request", {}).get("attributes", [])
    return list(dict.fromkeys(names))


def nested_sets(family):
    """Attribute sets that come nested in some request."""
    found = []
    for operation in family.requests():
        attrs = {a["name"]: a for a in family.sets[operation["attribute-set"]]["attributes"]}
        for name in request_names(operation):
            inner = attrs[name].get("nested-attributes")
            if inner and inner not in found:
                found.append(inner)
    return found


def handlers(family, operation):
    """(field of struct genl_ops, function) of one operation."""
    stem = c_name(family.name, "nl", operation["name"])
    if "do" in operation:
        yield "doit", f"{stem}_doit"
    if "dump" in operation:
        yield "dumpit", f"{stem}_dumpit"


def kernel_source(family):
    policies = Policies(family)
    tables, ops = [], []
    for name in nested_sets(family):
        attr_set = family.sets[name]
        lines, _ = policies.table(attr_set, [a["name"] for a in attr_set["attributes"]],
                                  c_name(family.name, name, "nl_policy"), "")
        tables += lines
    for operation in family.requests():
        title = c_name(family.name, operation["name"], "nl_policy")
        lines, top = policies.table(family.sets[operation["attribute-set"]],
                                    request_names(operation), title, "static ")
        tables += [f"/* {family.command(operation)} */"] + lines
        ops += ["\t{", f"\t\t.cmd\t\t= {family.command(operation)},"]
        ops += [f"\t\t.{field}" + ("\t" if len(field) > 6 else "\t\t") + f"= {function},"
                for field, function in handlers(family, operation)]
        ops += [f"\t\t.policy\t\t= {title},", f"\t\t.maxattr\t= {top},"]
        if "flags" in operation:
            ops.append(f"\t\t.flags\t\t= {' | '.join(flag(f) for f in operation['flags'])},")
        ops.append("\t},")
    # A range is spelt out once, however many policies name it.
    blocks = [policies.ranges[i:i + 5] for i in range(0, len(policies.ranges), 5)]
    ranges = [line for i, block in enumerate(blocks) if block not in blocks[:i] for line in block]
    count = len(family.requests())
    groups = [f"\t[{c_upper(family.name, 'nlgrp', g['name'])}] = "
              f"{{ .name = {c_upper(family.name, 'mcgrp', g['name'])}, }}," for g in family.groups]
    return (source_banner("GPL-2.0-only")
            + ["#include <net/genetlink.h>", "#include <net/netlink.h>", "",
               '#include "netlink_gen.h"', ""]
            + ranges + tables
            + [f"const struct genl_ops {c_name(family.name, 'nl_ops')}[{count}] = {{"] + ops + ["};", ""]
            + [f"const struct genl_multicast_group {c_name(family.name, 'nl_mcgrps')}"
               f"[{len(family.groups)}] = {{"] + groups + ["};"])


def kernel_header(family):
    guard = "_COHORT_NETLINK_GEN_H"
    lines = header_banner("GPL-2.0-only") + [f"#ifndef {guard}", f"#define {guard}", ""]
    lines += ["#include <linux/cohort.h>", "#include <net/genetlink.h>", ""]
    for name in nested_sets(family):
        title = c_name(family.name, name, "nl_policy")
        attrs = family.sets[name]
        top = family.attr(attrs, attrs["attributes"][-1])
        lines.append(f"extern const struct nla_policy {title}[{top} + 1];")
    lines += [f"extern const struct genl_ops {c_name(family.name, 'nl_ops')}[{len(family.requests())}];",
              f"extern const struct genl_multicast_group {c_name(family.name, 'nl_mcgrps')}"
              f"[{len(family.groups)}];", "", f"enum {c_name(family.name, 'nl_groups')} {{"]
    lines += [f"\t{c_upper(family.name, 'nlgrp', g['name'])}," for g in family.groups] + ["};", ""]
    signatures = {"doit": "struct sk_buff *skb, struct genl_info *info",
                  "dumpit": "struct sk_buff *skb, struct netlink_callback *cb"}
    for operation in family.requests():
        for field, function in handlers(family, operation):
            lines.append(f"int {function}({signatures[field]});")
    return lines + ["", f"#endif /* {guard} */"]


def main(arguments):
    if arguments not in ([], ["--check"]):
        sys.exit("usage: spec/generate.py [--check]")
    family = Family(yaml.safe_load(SPEC.read_text()))
    stale = []
    for path, make in (("include/uapi/linux/cohort.h", uapi_header),
                       ("kmod/netlink_gen.h", kernel_header),
                       ("kmod/netlink_gen.c", kernel_source)):
        text = "\n".join(make(family)) + "\n"
        target = TOP / path
        if arguments:
            if not target.exists() or target.read_text() != text:
                stale.append(path)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
    for path in stale:
        print(f"{path} differs from spec/cohort.yaml: run spec/generate.py", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
