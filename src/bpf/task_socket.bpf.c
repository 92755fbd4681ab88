/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * Walks every descriptor of every process and tells what sock_diag(7) tells of those that are sockets,
 * whatever network namespace they are in. An iterator holds the file, so its socket lives; what belongs
 * to the socket alone lives with it. What may change at any time is read as the kernel reads it for
 * sock_diag, or where that takes a lock, is doubted.
 */
#include <stdbool.h>

#include "bpf/shadow_socket.h"
#include "bpf/wire_socket.h"
/* They need what shadow.h includes. */
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

const volatile struct wire_socket_wants wants = { 0 };

/* include/linux/socket.h, include/uapi/linux/in.h, include/linux/net.h, include/net/tcp_states.h. */
enum { UNIX = 1, INET = 2, INET6 = 10, NETLINK = 16, PACKET = 17, VSOCK = 40 };
enum { P_ICMP = 1, P_TCP = 6, P_UDP = 17, P_ICMPV6 = 58, P_UDPLITE = 136, P_MPTCP = 262 };
enum { STREAM = 1, DGRAM = 2, RAW = 3 };
enum { ESTABLISHED = 1, CLOSE = 7, LISTEN = 10 };
enum { DEAD = 1 << 0 /* include/net/sock.h, SOCK_DEAD */ };

/** A record, and what is behind it. */
struct telling {
	struct wire_socket is;
	char tail[WIRE_TAIL_MAX];
};

static __always_inline enum wire_socket_kind inet_kind(const struct sock *sk)
{
	__u32 protocol = sk->sk_protocol;

	if (sk->sk_type == RAW)
		return WIRE_RAW;
	if (protocol == P_TCP)
		return WIRE_TCP;
	if (protocol == P_UDP)
		return WIRE_UDP;
	if (protocol == P_UDPLITE)
		return WIRE_UDPLITE;
	if (protocol == P_MPTCP)
		return WIRE_MPTCP;
	return protocol == P_ICMP || protocol == P_ICMPV6 ? WIRE_PING : WIRE_OTHER;
}

static __always_inline enum wire_socket_kind kind_of(const struct sock *sk)
{
	__u32 family = sk->__sk_common.skc_family;

	if (family == UNIX)
		return WIRE_UNIX;
	if (family == INET || family == INET6)
		return inet_kind(sk);
	if (family == NETLINK)
		return WIRE_NETLINK;
	if (family == PACKET)
		return WIRE_PACKET;
	return family == VSOCK ? WIRE_VSOCK : WIRE_OTHER;
}

/** The memory that packets take: sk_rmem_alloc_get, sk_wmem_alloc_get of include/net/sock.h. */
static __always_inline void tell_memory(const struct sock *sk, struct wire_socket *out)
{
	out->is |= WIRE_QUEUED;
	out->received = sk->sk_backlog.rmem_alloc.counter;
	out->unsent = sk->sk_wmem_alloc.refs.counter - 1;
}

static __always_inline __u32 behind(__u32 from, __u32 to)
{
	return (__s32)(to - from) > 0 ? to - from : 0;
}

/** tcp_diag_get_info of net/ipv4/tcp_diag.c. */
static __always_inline void tell_tcp(struct sock *sk, struct wire_socket *out)
{
	struct tcp_sock *tcp = (void *)bpf_skc_to_tcp_sock(sk);

	out->is |= WIRE_QUEUED;
	if (out->state == LISTEN) {
		out->received = sk->sk_ack_backlog;
		out->unsent = sk->sk_max_ack_backlog;
	} else if (tcp) {
		out->received = behind(tcp->copied_seq, tcp->rcv_nxt);
		out->unsent = tcp->write_seq - tcp->snd_una;
	}
}

/** udp_rqueue_get of include/net/udp.h. */
static __always_inline void tell_udp(const struct sock *sk, struct wire_socket *out)
{
	const struct udp_sock *udp = (const void *)sk;

	tell_memory(sk, out);
	out->received -= BPF_CORE_READ(udp, forward_deficit);
}

static __always_inline void tell_addresses(const struct sock *sk, struct wire_socket *out)
{
	const struct sock_common *at = &sk->__sk_common;

	if (out->family == INET6) {
		bpf_core_read(out->inet.local, sizeof(out->inet.local), &at->skc_v6_rcv_saddr);
		bpf_core_read(out->inet.remote, sizeof(out->inet.remote), &at->skc_v6_daddr);
	} else {
		*(__be32 *)out->inet.local = at->skc_rcv_saddr;
		*(__be32 *)out->inet.remote = at->skc_daddr;
	}
	out->inet.local_port = at->skc_num;
	out->inet.remote_port = bpf_ntohs(at->skc_dport);
	out->interface = at->skc_bound_dev_if;
	if (out->family == INET6 && (out->state == LISTEN || out->state == CLOSE) &&
	    BPF_CORE_READ_BITFIELD_PROBED(at, skc_ipv6only))
		out->is |= WIRE_ONLY_V6;
}

/**
 * Without a local port it is in no table: inet_diag dumps hash tables. Of MPTCP that is not all there is:
 * below it are sockets of the kernel's own.
 */
static __always_inline void tell_inet(struct sock *sk, struct wire_socket *out)
{
	tell_addresses(sk, out);
	if (!out->inet.local_port)
		out->is |= WIRE_UNLISTED;
	if (out->kind == WIRE_TCP)
		tell_tcp(sk, out);
	else if (out->kind == WIRE_UDP || out->kind == WIRE_UDPLITE)
		tell_udp(sk, out);
	else if (out->kind == WIRE_MPTCP)
		out->is |= WIRE_DOUBTED;
	else
		tell_memory(sk, out);
}

/** sock_i_ino of include/net/sock.h; 0: nobody's. An inode lives on until all who read now are done. */
static __always_inline __u64 inode_of(const struct sock *sk)
{
	struct socket *socket = BPF_CORE_READ(sk, sk_socket);
	const struct socket_alloc *both = (void *)socket -
					  bpf_core_field_offset(struct socket_alloc, socket);

	return socket ? BPF_CORE_READ(both, vfs_inode.i_ino) : 0;
}

/**
 * The other end lives as long as it is that of this one (net/unix/af_unix.c): when it still is, what was
 * read of it was true.
 */
static __always_inline void tell_peer(const struct unix_sock *un, struct wire_socket *out)
{
	const struct sock *peer = un->peer;

	if (!peer)
		return;
	out->un.peer = inode_of(peer);
	if (!out->un.peer && out->state == ESTABLISHED && out->type != DGRAM &&
	    !(BPF_CORE_READ(peer, __sk_common.skc_flags) & DEAD))
		out->is |= WIRE_WAITS;
	if (*(struct sock *const volatile *)&un->peer != peer)
		out->is |= WIRE_DOUBTED;
}

/** It is set once, behind a barrier, and never changes: unix_bind. */
static __always_inline void tell_name(const struct unix_sock *un, struct telling *out)
{
	const struct unix_address *addr = un->addr;
	struct dentry *dentry;

	if (!addr)
		return;
	__u32 len = addr->len - sizeof(unsigned short);
	if (len > sizeof(((struct sockaddr_un *)0)->sun_path) + 1)
		return;
	bpf_probe_read_kernel(out->tail, len,
			      (const char *)addr +
				      bpf_core_field_offset(struct unix_address, name) +
				      sizeof(unsigned short));
	out->is.len = len;
	dentry = un->path.dentry;
	if (!dentry)
		return;
	out->is.un.vfs_ino = BPF_CORE_READ(dentry, d_inode, i_ino);
	out->is.un.vfs_dev = BPF_CORE_READ(dentry, d_sb, s_dev);
}

/**
 * unix_inq_len, unix_outq_len. An empty queue is empty; of one that is not the kernel counts the bytes
 * under its lock, which it does not have to of a stream since Linux 6.17.
 */
static __always_inline void tell_queues(struct sock *sk, const struct unix_sock *un,
					struct wire_socket *out)
{
	__u32 waiting = sk->sk_receive_queue.qlen;

	out->is |= WIRE_QUEUED;
	if (out->state == LISTEN) {
		out->received = waiting;
		out->unsent = sk->sk_max_ack_backlog;
		return;
	}
	out->unsent = sk->sk_wmem_alloc.refs.counter - 1;
	if (!waiting)
		return;
	if (out->type == STREAM && bpf_core_field_exists(un->inq_len))
		out->received = un->inq_len;
	else
		out->is |= WIRE_DOUBTED;
}

static __always_inline void tell_unix(struct sock *sk, struct telling *out)
{
	struct unix_sock *un = (void *)bpf_skc_to_unix_sock(sk);

	if (!un)
		return;
	tell_queues(sk, un, &out->is);
	tell_name(un, out);
	tell_peer(un, &out->is);
}

/** Who is not bound and in no group is in no table: net/netlink/diag.c. */
static __always_inline void tell_netlink(const struct sock *sk, struct telling *out)
{
	const struct netlink_sock *netlink = (const void *)sk;
	const unsigned long *groups = BPF_CORE_READ(netlink, groups);
	__u32 len = (BPF_CORE_READ(netlink, ngroups) + 63) / 64 * 8;

	out->is.ids.id = BPF_CORE_READ(netlink, portid);
	out->is.ids.remote = BPF_CORE_READ(netlink, dst_portid);
	if (!BPF_CORE_READ(netlink, bound) && !BPF_CORE_READ(netlink, subscriptions))
		out->is.is |= WIRE_UNLISTED;
	if (!groups)
		return;
	if (len > sizeof(out->tail)) {
		out->is.is |= WIRE_DOUBTED;
		return;
	}
	bpf_probe_read_kernel(out->tail, len, groups);
	out->is.len = len;
	/* They grow into another place: netlink_realloc_groups. */
	if (BPF_CORE_READ(netlink, groups) != groups)
		out->is.is |= WIRE_DOUBTED;
}

static __always_inline void tell_packet(const struct sock *sk, struct wire_socket *out)
{
	const struct packet_sock *packet = (const void *)sk;

	if (!bpf_core_field_exists(packet->ifindex)) {
		out->is |= WIRE_DOUBTED;
		return;
	}
	out->protocol = bpf_ntohs(BPF_CORE_READ(packet, num));
	out->interface = BPF_CORE_READ(packet, ifindex);
}

static __always_inline void tell_vsock(const struct sock *sk, struct wire_socket *out)
{
	const struct vsock_sock *vsock = (const void *)sk;

	if (!bpf_core_field_exists(vsock->local_addr)) {
		out->is |= WIRE_DOUBTED;
		return;
	}
	out->ids.id = BPF_CORE_READ(vsock, local_addr.svm_cid);
	out->ids.port = BPF_CORE_READ(vsock, local_addr.svm_port);
	out->ids.remote = BPF_CORE_READ(vsock, remote_addr.svm_cid);
	out->ids.remote_port = BPF_CORE_READ(vsock, remote_addr.svm_port);
}

static __always_inline void tell(struct sock *sk, struct telling *out)
{
	switch (out->is.kind) {
	case WIRE_UNIX:
		tell_unix(sk, out);
		break;
	case WIRE_NETLINK:
		tell_netlink(sk, out);
		break;
	case WIRE_PACKET:
		tell_packet(sk, &out->is);
		break;
	case WIRE_VSOCK:
		tell_vsock(sk, &out->is);
		break;
	case WIRE_OTHER:
		break;
	default:
		tell_inet(sk, &out->is);
	}
}

static __always_inline bool is_wanted(const struct sock *sk, enum wire_socket_kind kind)
{
	if (!(wants.kinds >> kind & 1))
		return false;
	return !wants.port || sk->__sk_common.skc_num == wants.port;
}

SEC("iter/task_file")
int task_socket(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct telling out = { 0 };

	if (!task || !file)
		return 0;
	struct socket *socket = (void *)bpf_sock_from_file((void *)file);
	if (!socket)
		return 0;
	struct sock *sk = socket->sk;
	if (!sk)
		return 0;
	out.is.kind = kind_of(sk);
	if (!is_wanted(sk, out.is.kind))
		return 0;
	out.is.ino = file->f_inode->i_ino;
	out.is.uid = file->f_inode->i_uid.val;
	out.is.pid = task->tgid;
	out.is.space = sk->__sk_common.skc_net.net->ns.inum;
	out.is.family = sk->__sk_common.skc_family;
	out.is.state = sk->__sk_common.skc_state;
	out.is.type = sk->sk_type;
	out.is.protocol = sk->sk_protocol;
	tell(sk, &out);
	__u32 len = out.is.len;
	if (len > WIRE_TAIL_MAX)
		out.is.len = len = 0;
	bpf_seq_write(ctx->meta->seq, &out, sizeof(out.is) + len);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
