/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/containers.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "base/scope.h"
#include "kernel/cgroup.h"
#include "kernel/procfile.h"
#include "scan/paths.h"

/** A process that is asked about, once, however many files it holds. */
struct resident {
	unsigned int pid;
	uint64_t uts; /**< 0: ours, or unknown */
	struct container container;
};

struct residents {
	struct resident *all; /**< by ascending pid */
	size_t count;
};

static int by_pid(const void *left, const void *right)
{
	const struct resident *a = left, *b = right;

	return (a->pid > b->pid) - (a->pid < b->pid);
}

static struct residents list_residents(const unsigned int *pids, size_t count, struct arena *arena)
{
	struct resident *all = arena_zero(arena, count + 1, sizeof(*all));
	struct residents residents = { all, 0 };

	for (size_t i = 0; i < count; i++)
		all[i].pid = pids[i];
	if (count)
		qsort(all, count, sizeof(*all), by_pid);
	for (size_t i = 0; i < count; i++) {
		if (!residents.count || all[residents.count - 1].pid != all[i].pid)
			all[residents.count++] = all[i];
	}
	return residents;
}

static void read_namespaces(const struct source *source, const struct residents *residents)
{
	uint64_t own = procfile_namespace(AT_FDCWD, "/proc/self/ns/uts");

	for (size_t i = 0; i < residents->count; i++) {
		struct resident *resident = &residents->all[i];
		char name[32];

		snprintf(name, sizeof(name), "%u/ns/uts", resident->pid);
		resident->uts = procfile_namespace(source->proc, name);
		if (resident->uts == own)
			resident->uts = 0;
	}
}

/** The first of each namespace that is not ours: they are asked for its host name. */
static size_t list_namespaces(const struct residents *residents, uint64_t *namespaces,
			      unsigned int *pids)
{
	size_t distinct = 0;

	for (size_t i = 0; i < residents->count; i++) {
		size_t at = 0;

		if (!residents->all[i].uts)
			continue;
		while (at < distinct && namespaces[at] != residents->all[i].uts)
			at++;
		if (at < distinct)
			continue;
		namespaces[distinct] = residents->all[i].uts;
		pids[distinct++] = residents->all[i].pid;
	}
	return distinct;
}

static void take_host_name(const struct residents *residents, uint64_t namespace, struct text name)
{
	for (size_t i = 0; i < residents->count; i++) {
		if (residents->all[i].uts == namespace)
			residents->all[i].container.name = name;
	}
}

static int find_host_names(const struct source *source, const struct residents *residents,
			   struct arena *arena)
{
	uint64_t *namespaces = arena_zero(arena, residents->count + 1, sizeof(*namespaces));
	unsigned int *pids = arena_zero(arena, residents->count + 1, sizeof(*pids));
	struct utsname uts;

	read_namespaces(source, residents);
	size_t count = list_namespaces(residents, namespaces, pids);
	if (!count)
		return 0;
	scope_free struct host_name *names = memory_resize(NULL, count, sizeof(*names));
	memset(names, 0, count * sizeof(*names));
	int rc = paths_host_names(source, pids, count, names);
	if (rc || uname(&uts))
		return rc;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i].name, uts.nodename) != 0)
			take_host_name(residents, namespaces[i],
				       arena_text(arena, text_of(names[i].name)));
	}
	return 0;
}

/** Containers on the host's network see its host name; who runs in ours is in none. */
static void take_cgroup(struct resident *resident, struct text name, struct arena *arena)
{
	struct container *container = &resident->container;

	if (!container->name.len)
		container->name = arena_text(arena, name);
	else if (!text_equal(container->name, name))
		container->id = arena_text(arena, name);
}

static void read_cgroups(const struct source *source, const struct residents *residents,
			 struct arena *arena)
{
	struct cgroup own, theirs;

	if (cgroup_read(AT_FDCWD, "/proc/self/cgroup", &own))
		return;
	struct text own_name = { own.container, own.len };
	for (size_t i = 0; i < residents->count; i++) {
		char file[32];

		snprintf(file, sizeof(file), "%u/cgroup", residents->all[i].pid);
		if (cgroup_read(source->proc, file, &theirs))
			continue;
		struct text name = { theirs.container, theirs.len };
		if (name.len && !text_equal(name, own_name))
			take_cgroup(&residents->all[i], name, arena);
	}
}

int containers_find(const struct source *source, const unsigned int *pids, size_t count,
		    struct arena *arena, struct container *ret)
{
	struct residents residents = list_residents(pids, count, arena);
	int rc = find_host_names(source, &residents, arena);

	read_cgroups(source, &residents, arena);
	for (size_t i = 0; i < count; i++) {
		struct resident key = { .pid = pids[i] };
		const struct resident *resident = bsearch(&key, residents.all, residents.count,
							  sizeof(*residents.all), by_pid);

		ret[i] = resident->container;
	}
	return rc;
}
