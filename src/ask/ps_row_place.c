/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * The columns that say where a process runs.
 */
#include "ask/ps_telling.h"
#include "ask/ps_words.h"
#include "scan/containers.h"

static struct text host_name(const struct telling *telling, uint64_t ino)
{
	struct ps_ask *ask = telling->ask;
	struct ps_hosts *host;
	struct container container = { 0 };

	HASH_FIND(hh, ask->hosts, &ino, sizeof(ino), host);
	if (host)
		return host->name;
	host = arena_zero(&ask->kept, 1, sizeof(*host));
	host->ino = ino;
	if (containers_find(ask->inquiry->source, &telling->facts->pid, 1, &ask->kept,
			    &container) == 0)
		host->name = container.name;
	HASH_ADD(hh, ask->hosts, ino, sizeof(ino), host);
	return host->name;
}

/** By the host name it sees, else by what its cgroup is called: scan/containers.h. */
static void tell_container(const struct telling *telling)
{
	const struct process_facts *facts = telling->facts;
	uint64_t uts = facts->namespaces.ino[NAMESPACE_UTS];
	const struct cgroup *own = &telling->ask->container;
	struct cgroup theirs;
	struct text name = { 0 };

	if (!needs(telling, PROCESS_NEED_CONTAINER))
		return;
	if (has(telling, PROCESS_NAMESPACES) && uts != telling->ask->own.ino[NAMESPACE_UTS])
		name = host_name(telling, uts);
	if (!name.len && has(telling, PROCESS_CGROUP) &&
	    cgroup_parse(facts->cgroup, &theirs) == 0 && theirs.len &&
	    !text_equal((struct text){ theirs.container, theirs.len },
			(struct text){ own->container, own->len }))
		name = copy(telling, (struct text){ theirs.container, theirs.len });
	tell_text(telling, PROCESS_COLUMN_CONTAINER, name);
}

void ps_tell_place(const struct telling *telling)
{
	const struct process_facts *facts = telling->facts;
	struct arena *arena = telling->ask->arena;
	struct text path;

	if (has(telling, PROCESS_CGROUP) && cgroup_path_parse(facts->cgroup, &path) == 0) {
		path = copy(telling, path);
		tell_text(telling, PROCESS_COLUMN_CGROUP, path);
		tell_text(telling, PROCESS_COLUMN_UNIT, cgroup_unit(path));
	}
	if (has(telling, PROCESS_NAMESPACES))
		tell_names(telling, PROCESS_COLUMN_NAMESPACES,
			   ps_namespaces(arena, &facts->namespaces, &telling->ask->own));
	tell_container(telling);
	if (has(telling, PROCESS_EXE))
		tell_text(telling, PROCESS_COLUMN_EXE, copy(telling, facts->exe));
	if (has(telling, PROCESS_CWD))
		tell_text(telling, PROCESS_COLUMN_CWD, copy(telling, facts->cwd));
	if (has(telling, PROCESS_ROOT))
		tell_text(telling, PROCESS_COLUMN_ROOT, copy(telling, facts->root));
}
