/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/containers.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "base/scope.h"
#include "kernel/procfile.h"
#include "scan/paths.h"

struct seen {
	uint64_t namespace;
	struct text name;
};

int containers_name(const struct source *source, const unsigned int *pids, size_t count,
		    struct arena *arena, struct text *ret)
{
	uint64_t own = procfile_namespace(AT_FDCWD, "/proc/self/ns/uts");
	uint64_t *namespaces = arena_zero(arena, count + 1, sizeof(*namespaces));
	unsigned int *asked = arena_zero(arena, count + 1, sizeof(*asked));
	struct seen *seen = arena_zero(arena, count + 1, sizeof(*seen));
	struct utsname uts;
	size_t distinct = 0;

	for (size_t i = 0; i < count; i++) {
		char name[32];
		size_t at = 0;

		ret[i] = (struct text){ 0 };
		if (i && pids[i] == pids[i - 1]) {
			namespaces[i] = namespaces[i - 1];
			continue;
		}
		snprintf(name, sizeof(name), "%u/ns/uts", pids[i]);
		namespaces[i] = procfile_namespace(source->proc, name);
		if (!namespaces[i] || namespaces[i] == own)
			continue;
		while (at < distinct && seen[at].namespace != namespaces[i])
			at++;
		if (at == distinct) {
			seen[distinct].namespace = namespaces[i];
			asked[distinct++] = pids[i];
		}
	}
	if (!distinct)
		return 0;
	scope_free struct host_name *names = memory_resize(NULL, distinct, sizeof(*names));
	memset(names, 0, distinct * sizeof(*names));
	int rc = paths_host_names(source, asked, distinct, names);
	if (rc || uname(&uts))
		return rc;
	for (size_t i = 0; i < distinct; i++) {
		if (strcmp(names[i].name, uts.nodename) != 0)
			seen[i].name = arena_text(arena, text_of(names[i].name));
	}
	for (size_t i = 0; i < count; i++) {
		for (size_t at = 0; at < distinct; at++) {
			if (namespaces[i] == seen[at].namespace)
				ret[i] = seen[at].name;
		}
	}
	return 0;
}
