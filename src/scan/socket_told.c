/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scan/socket_told.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>

#include "base/clock.h"
#include "scan/socket_iterator.h"

_Static_assert(WIRE_TCP == (int)SOCKET_TCP && WIRE_MPTCP == (int)SOCKET_MPTCP &&
		       WIRE_VSOCK == (int)SOCKET_VSOCK && WIRE_OTHER == (int)SOCKET_KINDS,
	       "both count alike");

struct walking {
	struct wire_socket_wants wants; /**< by value: outlives a walk that is given up */
	struct iterator_answer *answer;
};

bool socket_told_possible(const struct source *source)
{
	return source->bpf && !source->bpf->failed && !*source->bpf->sockets_why.message;
}

static void work(const void *context, struct job *job)
{
	const struct walking *walking = context;
	struct iterator_answer *answer = arena_zero(&job->arena, 1, sizeof(*answer));

	socket_iterator_run(&walking->wants, job, answer);
	job->result = answer;
}

static void consume(void *context, size_t index, const struct job *job)
{
	struct walking *walking = context;

	(void)index;
	if (job) {
		*walking->answer = *(struct iterator_answer *)job->result;
		return;
	}
	walking->answer->rc = -ETIMEDOUT;
	error_set(&walking->answer->reason, -ETIMEDOUT, "the kernel's walk came to a stop");
}

int socket_told_read(const struct source *source, const struct wire_socket_wants *wants,
		     struct text *ret)
{
	struct source_bpf *bpf = source->bpf;
	int64_t begun = clock_ns(CLOCK_MONOTONIC);
	struct iterator_answer answer = { 0 };
	struct walking walking = { *wants, &answer };

	worker_run(&(struct jobs){ .count = 1,
				   .work = work,
				   .consume = consume,
				   .context = &walking,
				   .context_size = sizeof(walking) });
	bpf->sockets_ns += clock_ns(CLOCK_MONOTONIC) - begun;
	if (answer.rc) {
		free((void *)answer.records.bytes);
		bpf->sockets_why = answer.reason;
		return answer.rc;
	}
	bpf->socket_walks++;
	*ret = answer.records;
	return 0;
}

bool socket_told_next(struct text *records, struct wire_socket *ret, struct text *tail)
{
	if (records->len < sizeof(*ret))
		return false;
	memcpy(ret, records->bytes, sizeof(*ret));
	struct text rest = text_from(*records, sizeof(*ret));
	if (ret->len > rest.len)
		return false;
	*tail = text_first(rest, ret->len);
	*records = text_from(rest, ret->len);
	return true;
}

static void take_endpoint(const struct wire_socket *told, const unsigned char address[16],
			  unsigned int port, struct endpoint *ret)
{
	ret->port = (uint16_t)port;
	if (told->family == AF_INET)
		endpoint_set_v4(ret, address);
	else
		memcpy(ret->address, address, sizeof(ret->address));
}

static void take_inet(const struct wire_socket *told, struct socket *ret)
{
	bool raw = told->kind == WIRE_RAW;

	ret->state = told->state;
	ret->uid_known = true;
	ret->uid = told->uid;
	/* /proc/net/icmp, where alone it is listed, does not tell this. */
	ret->interface = told->kind == WIRE_PING ? 0 : told->interface;
	ret->inet.only_v6 = told->kind != WIRE_PING && (told->is & WIRE_ONLY_V6);
	ret->protocol = raw ? (uint8_t)told->protocol : 0;
	take_endpoint(told, told->inet.local, raw ? 0 : told->inet.local_port, &ret->inet.local);
	take_endpoint(told, told->inet.remote, raw ? 0 : told->inet.remote_port, &ret->inet.remote);
}

static void take_unix(const struct wire_socket *told, struct text tail, struct socket *ret)
{
	struct socket_unix *un = &ret->un;

	ret->type = (uint8_t)told->type;
	ret->state = told->state;
	ret->uid_known = true;
	ret->uid = told->uid;
	un->abstract = tail.len && !tail.bytes[0];
	un->name = un->abstract ? text_from(tail, 1) :
				  text_first(tail, tail.len ? strnlen(tail.bytes, tail.len) : 0);
	un->peer = (uint32_t)told->un.peer;
	un->peer_known = true;
	un->vfs_ino = (uint32_t)told->un.vfs_ino;
	un->vfs_dev = un->vfs_ino ? makedev(told->un.vfs_dev >> 20, told->un.vfs_dev & 0xfffff) : 0;
}

static void take_packet(const struct wire_socket *told, struct socket *ret)
{
	ret->type = (uint8_t)told->type;
	ret->protocol = told->protocol;
	ret->interface = told->interface;
	ret->uid_known = true;
	ret->uid = told->uid;
}

static void take_netlink(const struct wire_socket *told, struct text tail, struct socket *ret)
{
	ret->type = (uint8_t)told->type;
	ret->protocol = told->protocol;
	ret->netlink.portid = told->ids.id;
	ret->netlink.remote_portid = told->ids.remote;
	ret->netlink.groups = tail;
}

static void take_vsock(const struct wire_socket *told, struct socket *ret)
{
	ret->type = (uint8_t)told->type;
	ret->state = told->state;
	ret->vsock = (struct socket_vsock){ told->ids.id, told->ids.port, told->ids.remote,
					    told->ids.remote_port };
}

static void take_kind(const struct wire_socket *told, struct text tail, struct socket *ret)
{
	switch (ret->kind) {
	case SOCKET_TCP:
	case SOCKET_UDP:
	case SOCKET_UDPLITE:
	case SOCKET_RAW:
	case SOCKET_PING:
	case SOCKET_MPTCP:
		take_inet(told, ret);
		return;
	case SOCKET_UNIX:
		take_unix(told, tail, ret);
		return;
	case SOCKET_PACKET:
		take_packet(told, ret);
		return;
	case SOCKET_NETLINK:
		take_netlink(told, tail, ret);
		return;
	case SOCKET_VSOCK:
		take_vsock(told, ret);
		return;
	case SOCKET_KINDS:
		return;
	}
}

void socket_told_take(const struct wire_socket *told, struct text tail, struct socket *ret)
{
	*ret = (struct socket){ .ino = told->ino,
				.kind = (enum socket_kind)told->kind,
				.family = (uint8_t)told->family };
	/* Of what is doubted a queue may be one that was not counted. */
	if ((told->is & WIRE_QUEUED) && !(told->is & WIRE_DOUBTED)) {
		ret->queues_known = true;
		ret->received = told->received;
		ret->unsent = told->unsent;
	}
	take_kind(told, tail, ret);
}
