/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * A FUSE file system that stops answering: `hungfuse POINT` mounts two files, `file` and `doomed`
 * (which may be unlinked), on POINT and prints `ready PID`. At the first byte on standard input
 * it prints `hung` and from then on swallows every request, so that whoever asks sleeps and
 * cannot even be killed. When standard input ends it exits, which wakes them all with an error.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
	NODE_FILE = 2,
	NODE_DOOMED = 3,
	FILE_BYTES = 100000,
	REQUEST_BYTES = 1 << 17,
};

struct server {
	int dev;
	bool hung;
	bool doomed_gone;
};

struct request {
	struct fuse_in_header head;
	union {
		struct fuse_init_in init;
		struct fuse_read_in read;
		char name[256];
		char room[REQUEST_BYTES];
	};
};

static void reply(const struct server *server, const struct request *request, int error,
		  const void *body, size_t len)
{
	struct fuse_out_header head = {
		.len = sizeof(head) + len,
		.error = -error,
		.unique = request->head.unique,
	};
	struct iovec parts[] = { { &head, sizeof(head) }, { (void *)body, len } };

	/* An answer to a request that was interrupted meanwhile is refused; that is no matter. */
	if (writev(server->dev, parts, 2) < 0 && errno != ENOENT)
		err(1, "cannot answer");
}

static struct fuse_attr attr_of(uint64_t node, bool gone)
{
	bool root = node == FUSE_ROOT_ID;

	return (struct fuse_attr){
		.ino = node,
		.size = root ? 0 : FILE_BYTES,
		.blocks = root ? 0 : (FILE_BYTES + 511) / 512,
		.mode = root ? S_IFDIR | 0755 : S_IFREG | 0644,
		.nlink = root ? 2 : !gone,
		.blksize = 4096,
	};
}

static bool is_gone(const struct server *server, uint64_t node)
{
	return node == NODE_DOOMED && server->doomed_gone;
}

static uint64_t node_named(const char *name)
{
	if (!strcmp(name, "file"))
		return NODE_FILE;
	return strcmp(name, "doomed") ? 0 : NODE_DOOMED;
}

static void serve_init(struct server *server, const struct request *request)
{
	struct fuse_init_out out = {
		.major = FUSE_KERNEL_VERSION,
		.minor = request->init.minor < FUSE_KERNEL_MINOR_VERSION ?
				 request->init.minor :
				 FUSE_KERNEL_MINOR_VERSION,
		.max_write = 4096,
	};

	reply(server, request, 0, &out, sizeof(out));
	printf("ready %d\n", getpid());
	fflush(stdout);
}

static void serve_lookup(struct server *server, const struct request *request)
{
	uint64_t node = node_named(request->name);
	struct fuse_entry_out out = { .nodeid = node, .attr = attr_of(node, false) };

	if (!node || is_gone(server, node))
		reply(server, request, ENOENT, NULL, 0);
	else
		reply(server, request, 0, &out, sizeof(out));
}

static void serve_getattr(struct server *server, const struct request *request)
{
	uint64_t node = request->head.nodeid;
	struct fuse_attr_out out = { .attr = attr_of(node, is_gone(server, node)) };

	reply(server, request, 0, &out, sizeof(out));
}

static void serve_read(struct server *server, const struct request *request)
{
	static const char owls[FILE_BYTES];
	uint64_t at = request->read.offset;
	size_t left = at < FILE_BYTES ? FILE_BYTES - at : 0;

	reply(server, request, 0, owls, left < request->read.size ? left : request->read.size);
}

static void serve_unlink(struct server *server, const struct request *request)
{
	bool doomed = node_named(request->name) == NODE_DOOMED;

	server->doomed_gone |= doomed;
	reply(server, request, doomed ? 0 : EPERM, NULL, 0);
}

static void serve_statfs(struct server *server, const struct request *request)
{
	struct fuse_statfs_out out = { .st = { .blocks = 1000, .bsize = 4096, .namelen = 255 } };

	reply(server, request, 0, &out, sizeof(out));
}

static void serve_open(struct server *server, const struct request *request)
{
	struct fuse_open_out out = { .fh = 0 };

	reply(server, request, 0, &out, sizeof(out));
}

static void serve_nothing(struct server *server, const struct request *request)
{
	reply(server, request, 0, NULL, 0);
}

static void no_answer(struct server *server, const struct request *request)
{
	(void)server;
	(void)request;
}

static void serve(struct server *server, const struct request *request)
{
	static void (*const operations[])(struct server *, const struct request *) = {
		[FUSE_LOOKUP] = serve_lookup,   [FUSE_FORGET] = no_answer,
		[FUSE_GETATTR] = serve_getattr, [FUSE_UNLINK] = serve_unlink,
		[FUSE_OPEN] = serve_open,       [FUSE_READ] = serve_read,
		[FUSE_STATFS] = serve_statfs,   [FUSE_RELEASE] = serve_nothing,
		[FUSE_INIT] = serve_init,       [FUSE_OPENDIR] = serve_open,
		[FUSE_READDIR] = serve_nothing, [FUSE_RELEASEDIR] = serve_nothing,
		[FUSE_INTERRUPT] = no_answer,   [FUSE_BATCH_FORGET] = no_answer,
	};
	uint32_t opcode = request->head.opcode;

	if (opcode < sizeof(operations) / sizeof(*operations) && operations[opcode])
		operations[opcode](server, request);
	else
		reply(server, request, ENOSYS, NULL, 0);
}

static void take_request(struct server *server)
{
	static struct request request;
	ssize_t n = read(server->dev, &request, sizeof(request));

	if (n < 0 && (errno == EINTR || errno == ENOENT || errno == EAGAIN))
		return;
	if (n < 0)
		err(1, "cannot read a request");
	if (!server->hung)
		serve(server, &request);
}

/** False at its end. */
static bool take_input(struct server *server)
{
	char bytes[64];

	if (read(STDIN_FILENO, bytes, sizeof(bytes)) <= 0)
		return false;
	server->hung = true;
	puts("hung");
	fflush(stdout);
	return true;
}

static void serve_until_input_ends(struct server *server)
{
	struct pollfd polls[] = {
		{ .fd = server->dev, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
	};

	for (;;) {
		if (poll(polls, 2, -1) < 0)
			continue;
		if (polls[1].revents && !take_input(server))
			return;
		if (polls[0].revents & POLLERR)
			return; /* unmounted */
		if (polls[0].revents)
			take_request(server);
	}
}

int main(int argc, char **argv)
{
	struct server server = { .dev = open("/dev/fuse", O_RDWR | O_CLOEXEC) };
	char options[128];

	if (argc != 2)
		errx(2, "usage: hungfuse POINT");
	if (server.dev < 0)
		err(1, "cannot open /dev/fuse");
	snprintf(options, sizeof(options),
		 "fd=%d,rootmode=40755,user_id=0,group_id=0,allow_other,default_permissions",
		 server.dev);
	if (mount("hungfuse", argv[1], "fuse.hungfuse", MS_NOSUID | MS_NODEV, options))
		err(1, "cannot mount on %s", argv[1]);
	serve_until_input_ends(&server);
	close(server.dev); /* before the path is looked up, or we would wait for ourselves */
	umount2(argv[1], MNT_DETACH);
	return 0;
}
