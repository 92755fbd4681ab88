/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/cgroup.h"

#include <ctype.h>
#include <errno.h>

#include "kernel/procfile.h"

enum { ID_DIGITS = 64, READ_MAX = 16384 };

/** The container's name stands between `start` and `end` in a directory of `parent`. */
struct rule {
	const char *parent; /**< NULL: any */
	const char *start, *end;
	bool machine; /**< of systemd-machined: escaped, with a supervisor and virtual machines */
};

/* clang-format off */
static const struct rule rules[] = {
	{ NULL,            "lxc.payload.",    "",         false }, /* LXC 4, LXD, Incus */
	{ "lxc.payload",   "",                "",         false }, /* LXC 3 */
	{ "lxc",           "",                "",         false }, /* before that, and Proxmox VE */
	{ "garden",        "",                "",         false }, /* Cloud Foundry */
	{ "mesos",         "",                "",         false },
	{ "buildkit",      "",                "",         false }, /* docker build */
	{ "machine.slice", "machine-",        ".scope",   true },  /* systemd-nspawn, libvirt */
	{ "machine.slice", "systemd-nspawn@", ".service", true },
};
/* clang-format on */

static bool is_hex(struct text text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (!isdigit((unsigned char)text.bytes[i]) &&
		    (text.bytes[i] < 'a' || text.bytes[i] > 'f'))
			return false;
	}
	return true;
}

static void set(struct cgroup *out, struct text name)
{
	memcpy(out->container, name.bytes, name.len);
	out->len = name.len;
}

/**
 * 64 digits, alone or behind the runtime's name: docker-ID.scope, cri-containerd-ID.scope, crio-ID,
 * libpod-ID.scope, kubepods-….slice:cri-containerd:ID. conmon only watches over one, from outside.
 */
static bool take_id(struct text component, struct cgroup *out)
{
	if (text_ends(component, ".scope"))
		component.len -= strlen(".scope");
	if (component.len < ID_DIGITS)
		return false;
	struct text before = text_first(component, component.len - ID_DIGITS);
	struct text id = text_from(component, before.len);
	if (!is_hex(id) || text_ends(before, "conmon-") ||
	    (before.len && !text_ends(before, "-") && !text_ends(before, ":")))
		return false;
	set(out, text_first(id, CGROUP_SHORT_ID));
	return true;
}

/** systemd writes \xNN for what a unit's name may not have: systemd.unit(5), STRING ESCAPING. */
static void unescape(struct cgroup *name)
{
	size_t len = 0;

	for (size_t i = 0; i < name->len; i++, len++) {
		struct text rest = { name->container + i, name->len - i };
		uint64_t byte;

		name->container[len] = name->container[i];
		if (rest.len >= 4 && text_starts(rest, "\\x") &&
		    text_number(text_first(text_from(rest, 2), 2), 16, &byte) == 0) {
			name->container[len] = (char)byte;
			i += 3;
		}
	}
	name->len = len;
}

/** libvirt's "qemu-1-win11" and Cloud Hypervisor's "ch-1-…" are machines: their files are the host's. */
static bool is_virtual_machine(const struct cgroup *name)
{
	struct text text = { name->container, name->len }, driver, number;
	uint64_t any;

	return text_next(&text, '-', &driver) && text_next(&text, '-', &number) &&
	       (text_is(driver, "qemu") || text_is(driver, "ch")) &&
	       text_number(number, 10, &any) == 0;
}

static bool take_name(const struct rule *rule, struct text parent, struct text component,
		      struct cgroup *out)
{
	size_t around = strlen(rule->start) + strlen(rule->end);
	struct cgroup name;

	if ((rule->parent && !text_is(parent, rule->parent)) || component.len <= around ||
	    !text_starts(component, rule->start) || !text_ends(component, rule->end))
		return false;
	set(&name, text_first(text_from(component, strlen(rule->start)), component.len - around));
	if (rule->machine)
		unescape(&name);
	if (rule->machine && is_virtual_machine(&name))
		return false;
	set(out, (struct text){ name.container, name.len });
	return true;
}

/** Take what the component names, if anything. True for what machined has made. */
static bool take(struct text parent, struct text component, struct cgroup *out)
{
	if (component.len >= CGROUP_NAME_MAX || take_id(component, out))
		return false;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (take_name(&rules[i], parent, component, out))
			return rules[i].machine;
	}
	return false;
}

static void parse_path(struct text path, struct cgroup *out)
{
	struct text parent = { 0 }, component;
	struct cgroup outer = { .len = 0 };
	bool machine = false;

	out->len = 0;
	while (text_next(&path, '/', &component)) {
		/* systemd-nspawn itself, which is outside. */
		if (machine && text_is(component, "supervisor"))
			*out = outer;
		outer = *out;
		machine = take(parent, component, out);
		parent = component;
	}
}

int cgroup_parse(struct text text, struct cgroup *out)
{
	struct cgroup found = { .len = 0 };
	struct text line, id, controllers;
	bool any = false;

	while (text_next(&text, '\n', &line)) {
		struct cgroup here;
		uint64_t number;

		if (!text_next(&line, ':', &id) || text_number(id, 10, &number) ||
		    !text_next(&line, ':', &controllers) || !text_starts(line, "/"))
			continue;
		any = true;
		parse_path(line, &here);
		if (here.len && (!found.len || number == 0))
			found = here;
	}
	if (!any)
		return -EINVAL;
	*out = found;
	return 0;
}

int cgroup_path_parse(struct text text, struct text *out)
{
	struct text line, id, controllers, best = { 0 };
	unsigned int rank = 0;

	while (text_next(&text, '\n', &line)) {
		uint64_t number;

		if (!text_next(&line, ':', &id) || text_number(id, 10, &number) ||
		    !text_next(&line, ':', &controllers) || !text_starts(line, "/"))
			continue;
		unsigned int here = number == 0 ? 3 : text_is(controllers, "name=systemd") ? 2 : 1;
		if (here <= rank)
			continue;
		rank = here;
		best = line;
	}
	if (!rank)
		return -EINVAL;
	*out = best;
	return 0;
}

struct text cgroup_unit(struct text path)
{
	static const char *const ends[] = { ".service", ".scope", ".socket", ".mount", ".swap" };
	struct text component, unit = { 0 };

	while (text_next(&path, '/', &component)) {
		bool is_unit = false;

		if (!component.len || text_ends(component, ".slice"))
			continue;
		for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
			is_unit = is_unit || text_ends(component, ends[i]);
		if (!is_unit)
			break;
		unit = component;
		/* Below a user's manager come the units that it runs. */
		if (!text_starts(component, "user@"))
			break;
	}
	return unit;
}

int cgroup_read(int dirfd, const char *name, struct cgroup *out)
{
	char buffer[READ_MAX];
	ssize_t len = procfile_read(dirfd, name, buffer, sizeof(buffer));

	if (len < 0)
		return (int)len;
	struct text text = { buffer, (size_t)len };
	/* A line that was cut off says nothing. */
	while (len == READ_MAX && text.len && buffer[text.len - 1] != '\n')
		text.len--;
	return cgroup_parse(text, out);
}
