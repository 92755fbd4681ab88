/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * What waits in the queue of a socket: descriptors that no table shows.
 */
#pragma once
#include <stdbool.h>

#include "bpf/shadow.h"
/* They need what shadow.h includes. */
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

enum { FAMILY_UNIX = 1, STATE_LISTENS = 10 /* TCP_LISTEN */ };

/**
 * Of a socket that listens, those that wait to be accepted may have some, too. By the
 * address of the struct socket, and not static: so the verifier looks at it once.
 */
__attribute__((noinline)) int may_have_in_flight(__u64 address)
{
	const struct socket *socket = (void *)address;
	struct sock *sk = BPF_CORE_READ(socket, sk);
	struct unix_sock *unix_sock = (struct unix_sock *)sk;

	if (!sk || BPF_CORE_READ(sk, __sk_common.skc_family) != FAMILY_UNIX)
		return false;
	if (!bpf_core_field_exists(unix_sock->scm_stat.nr_fds))
		return true;
	return BPF_CORE_READ(unix_sock, scm_stat.nr_fds.counter) ||
	       BPF_CORE_READ(sk, __sk_common.skc_state) == STATE_LISTENS;
}
