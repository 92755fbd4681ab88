/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ask/ports.h"

#include <stdlib.h>
#include <unistd.h>

#include "scan/owners.h"
#include "scan/sockets.h"
#include "show/units.h"

static void complain(struct outcome *outcome, const char *sentence, unsigned int number,
		     const char *more)
{
	if (*outcome->complaints.message)
		error_add(&outcome->complaints, "\n");
	error_add(&outcome->complaints, sentence, number, more);
}

/** The inodes of the sockets that have the port; those of nobody are left out. */
static size_t find_inodes(const struct sockets *sockets, const struct target *target,
			  struct arena *arena, uint64_t **ret)
{
	const struct socket **found;
	size_t count = sockets_by_port(sockets, target->udp, target->port, arena, &found), kept = 0;

	*ret = arena_zero(arena, count + 1, sizeof(**ret));
	for (size_t i = 0; i < count; i++) {
		if (found[i]->ino)
			(*ret)[kept++] = found[i]->ino;
	}
	return kept;
}

/** Owners come by ascending pid, but one may have several. */
static void take_owners(struct wish *wish, struct arena *arena, const struct owners *owners)
{
	wish->pids = arena_zero(arena, owners->count + 1, sizeof(*wish->pids));
	for (size_t i = 0; i < owners->count; i++) {
		unsigned int pid = owners->items[i].handle.pid;

		if (!i || pid != owners->items[i - 1].handle.pid)
			wish->pids[wish->pid_count++] = pid;
	}
}

/** The owners will be looked at once more, and be counted then. */
static void add_tally(struct tally *tally, const struct tally *more, size_t owners)
{
	tally->looked += more->looked > owners ? more->looked - (unsigned int)owners : 0;
	tally->denied += more->denied;
	tally->guarded += more->guarded;
	tally->blocked += more->blocked;
	if (!tally->blocked_pid)
		tally->blocked_pid = more->blocked_pid;
	tally->vanished += more->vanished;
	tally->namespaced |= more->namespaced;
}

/** It is open, but nobody seen has it: the kernel itself may, a file server for one. */
static void blame(struct wish *wish, const struct tally *tally, struct outcome *outcome)
{
	const struct target *target = wish->target;
	bool complete = tally_is_complete(tally) && !tally->guarded;

	wish->unseen = !complete;
	outcome->denied_target |= !complete;
	if (complete)
		complain(outcome,
			 "port %u/%s is open, but no process has it: it is the kernel's own",
			 target->port, target->udp ? "udp" : "tcp");
	else
		complain(outcome,
			 geteuid() == 0 ?
				 "port %u/%s is open, but the process that has it cannot be seen" :
				 "port %u/%s is open, but the process that has it cannot be seen; "
				 "run as root",
			 target->port, target->udp ? "udp" : "tcp");
}

/** The tables of all namespaces, once it takes them. 0 or -errno and a message. */
static int read_tables(const struct inquiry *inquiry, unsigned int kinds, struct sockets **sockets,
		       struct error *err)
{
	if (*sockets)
		return 0;
	*sockets = sockets_begin(inquiry->source, kinds);
	int rc = sockets_add_all(*sockets);
	return rc ? error_set(err, rc, "cannot list the processes in /proc: %s", strerror(-rc)) : 0;
}

static int mean_port(const struct inquiry *inquiry, unsigned int kinds, struct sockets **sockets,
		     struct arena *arena, struct wish *wish, struct outcome *outcome,
		     struct error *err)
{
	const struct target *target = wish->target;
	struct tally tally = { 0 };
	struct owners owners;
	uint64_t *inos;
	size_t count = sockets_walk_port(inquiry->source, target->udp, target->port, arena, &inos);

	if (!count) {
		int rc = read_tables(inquiry, kinds, sockets, err);

		if (rc)
			return rc;
		count = find_inodes(*sockets, target, arena, &inos);
	}
	wish->closed = !count && !sockets_unread(*sockets);
	/* Nobody can have it: only whom /proc may hide from us is still to be asked for. */
	if (!count && geteuid() == 0)
		return 0;
	int rc = owners_find(inquiry->source, inos, count, &tally, arena, &owners, err);
	if (rc)
		return rc;
	take_owners(wish, arena, &owners);
	wish->closed &= !tally.hidden;
	outcome->tally.hidden |= tally.hidden;
	if (count)
		add_tally(&outcome->tally, &tally, wish->pid_count);
	if (count && !owners.count)
		blame(wish, &tally, outcome);
	return 0;
}

static unsigned int kinds_wanted(const struct scope *scope)
{
	unsigned int kinds = 0;

	for (size_t i = 0; i < scope->count; i++) {
		const struct target *target = scope->wishes[i].target;

		if (target->kind == TARGET_PORT)
			kinds |= target->udp ? 1 << SOCKET_UDP | 1 << SOCKET_UDPLITE :
					       1 << SOCKET_TCP | 1 << SOCKET_MPTCP;
	}
	return kinds;
}

int ports_mean(const struct inquiry *inquiry, struct scope *scope, struct outcome *outcome,
	       struct error *err)
{
	unsigned int kinds = kinds_wanted(scope);

	if (!kinds)
		return 0;
	struct sockets *sockets = NULL;
	int rc = 0;
	for (size_t i = 0; i < scope->count && !rc; i++) {
		if (scope->wishes[i].target->kind == TARGET_PORT)
			rc = mean_port(inquiry, kinds, &sockets, &scope->arena, &scope->wishes[i],
				       outcome, err);
	}
	if (!sockets)
		return rc;
	unsigned int unread = sockets_unread(sockets);
	outcome->denied_target |= unread > 0;
	if (unread)
		complain(outcome,
			 "sockets of %u network namespace%s could not be read; run as root", unread,
			 units_plural(unread));
	sockets_end(sockets);
	return rc;
}
