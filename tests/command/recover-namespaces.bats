#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2034,SC2154  # WRAPPER is for container; status, output and stderr are set by run
# Files of processes that see another world: mount namespaces, chroots, containers, attackers.

load lib
load recover

setup() {
	begin
	need_mounts
}
teardown() { end; }

# --- another mount namespace ------------------------------------------------------------------

# ./m is a tmpfs that only the actor sees; m/app.log is deleted there.
private_tmpfs() {
	mkdir m
	actor_start namespace mnt make-private mount-tmpfs "$place/m" open "$place/m/app.log" \
		rw,creat fd 0 9 write 0 300000 unlink "$place/m/app.log"
}

@test "a file of another mount namespace goes back to its place there" {
	private_tmpfs
	recover_on_terminal "$ACTOR_PID:9"
	exits 0
	holds "$(inside "$place/m/app.log")"
	only m
	says "/proc/$ACTOR_PID/root$place/m/app.log"
}

@test "a file of another mount namespace comes out with -d" {
	private_tmpfs
	mkdir out
	recover "$ACTOR_PID:9" -d out
	exits 0
	holds out/app.log
}

@test "a path that only another mount namespace knows is answered with its handle" {
	private_tmpfs
	recover "$place/m/app.log"
	((status != 0))
	says "$ACTOR_PID:9"
	only m
	absent "$(inside "$place/m/app.log")"
}

@test "a path below /proc/PID/root means that process's view" {
	private_tmpfs
	recover "/proc/$ACTOR_PID/root$place/m/app.log"
	exits 0
	holds "$(inside "$place/m/app.log")"
}

@test "a place that is taken in the other namespace is taken" {
	private_tmpfs
	actor_tell "$ACTOR_PID" open "$place/m/app.log" rw,creat text 1 mine
	recover "$ACTOR_PID:9"
	exits 4
	[[ $(<"$(inside "$place/m/app.log")") == mine ]]
}

@test "a namespace that unmounted the file's filesystem has no place for it" {
	private_tmpfs
	actor_tell "$ACTOR_PID" unmount "$place/m"
	recover "$ACTOR_PID:9"
	exits 4
	only m
	absent /app.log
	recover "$ACTOR_PID:9" -o copy
	exits 0
	holds copy
}

@test "a namespace that mounted something over the place has no place for it" {
	private_tmpfs
	actor_tell "$ACTOR_PID" mount-tmpfs "$place/m"
	recover "$ACTOR_PID:9"
	exits 4
	only m
	only "$(inside "$place/m")"
}

# --- chroot -----------------------------------------------------------------------------------

@test "a file of a process in a chroot goes back to its place" {
	mkdir -p jail/var
	actor_start chroot "$place/jail" chdir / open /var/app.log rw,creat fd 0 9 write 0 300000 \
		unlink /var/app.log
	recover "$ACTOR_PID:9"
	exits 0
	holds jail/var/app.log
	absent /var/app.log
}

@test "a symlink in a chroot that points out of it is not followed" {
	mkdir -p jail/var victim
	actor_start chroot "$place/jail" chdir / open /var/app.log rw,creat fd 0 9 write 0 300000 \
		unlink /var/app.log
	rmdir jail/var
	ln -s "$place/victim" jail/var
	recover "$ACTOR_PID:9"
	exits 4
	only victim
	only jail var
}

@test "a file of a process in a chroot in a mount namespace of its own" {
	mkdir -p jail/var
	actor_start namespace mnt make-private mount-bind "$place/jail" "$place/jail" \
		chroot "$place/jail" chdir / open /var/app.log rw,creat fd 0 9 write 0 300000 \
		unlink /var/app.log
	recover "$ACTOR_PID:9"
	exits 0
	holds "$(inside /var/app.log)"
	absent /var/app.log
}

# --- containers -------------------------------------------------------------------------------

@test "a container's log goes back into the container" {
	container open /var/log/app.log w,append,creat fd 0 9 write 0 300000 unlink /var/log/app.log
	recover_on_terminal "$ACTOR_PID:9"
	exits 0
	cmp "$(inside /var/log/app.log)" <(pattern 300000)
	absent /var/log/app.log
	says "/var/log/app.log is back in web-7d9f"
	says "/proc/$ACTOR_PID/root/var/log/app.log"
}

@test "a container's log comes out onto the host" {
	mkdir out
	container open /var/log/app.log w,append,creat fd 0 9 write 0 300000 unlink /var/log/app.log
	recover "$ACTOR_PID:9" -d out
	exits 0
	cmp out/app.log <(pattern 300000)
	absent "$(inside /var/log/app.log)"
}

@test "a container's file asked for by its path there: it is said which container and how" {
	container open /var/log/an-unlikely.log w,append,creat fd 0 9 write 0 300000 \
		unlink /var/log/an-unlikely.log
	recover /var/log/an-unlikely.log
	((status != 0))
	says_all "$ACTOR_PID:9" web-7d9f "recover $ACTOR_PID:9"
	absent /var/log/an-unlikely.log "$(inside /var/log/an-unlikely.log)"
}

@test "a container's file asked for by its path there: its id is said beside its host name" {
	make_cgroup cri-containerd-3f2a91c07b5e4d6f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7.scope
	container open /var/log/an-unlikely.log w,append,creat fd 0 9 write 0 300000 \
		unlink /var/log/an-unlikely.log
	enter_cgroup "$ACTOR_PID"
	recover /var/log/an-unlikely.log
	exits 1
	says "/var/log/an-unlikely.log in web-7d9f (3f2a91c07b5e)"
}

@test "a container is not said twice where its host name is its id" {
	make_cgroup lxc.payload.web-7d9f
	container open /var/log/an-unlikely.log w,append,creat fd 0 9 write 0 300000 \
		unlink /var/log/an-unlikely.log
	enter_cgroup "$ACTOR_PID"
	recover /var/log/an-unlikely.log
	exits 1
	says "/var/log/an-unlikely.log in web-7d9f"$'\n'
}

@test "a file of the container's image, deleted there, goes back" {
	container open /shipped r fd 0 9 unlink /shipped
	recover "$ACTOR_PID:9"
	exits 0
	cmp "$(inside /shipped)" <(pattern 300000)
}

@test "a container's file, asked for through /proc/PID/root, goes back" {
	container open /var/log/app.log w,append,creat fd 0 9 write 0 300000 unlink /var/log/app.log
	recover "$(inside /var/log/app.log)"
	exits 0
	cmp "$(inside /var/log/app.log)" <(pattern 300000)
}

@test "a container's owner and mode are kept as the host has them" {
	container open /var/log/app.log w,append,creat fd 0 9 write 0 5000 chown 0 1234 4321 \
		chmod 0 0600 unlink /var/log/app.log
	recover "$ACTOR_PID:9"
	exits 0
	[[ $(stat -c '%u:%g %a' "$(inside /var/log/app.log)") == '1234:4321 600' ]]
}

@test "a place that is taken in the container is taken" {
	container open /var/log/app.log w,append,creat fd 0 9 write 0 5000 unlink /var/log/app.log \
		open /var/log/app.log w,creat text 1 mine
	recover "$ACTOR_PID:9"
	exits 4
	says "cannot put $ACTOR_PID:9 back to /var/log/app.log in web-7d9f: another file has that name now"
	# A name beside it would be one on the host.
	says "  onto this host   $PROCOWL recover $ACTOR_PID:9 -d ."
	[[ $(<"$(inside /var/log/app.log)") == mine ]]
}

@test "a container in a user namespace of its own, of an unprivileged user" {
	as 65534 unshare --user --map-root-user true 2>/dev/null || skip "no user namespaces here"
	WRAPPER="setpriv --reuid 65534 --regid 65534 --clear-groups unshare --user --map-root-user"
	container open /var/log/app.log w,append,creat fd 0 9 write 0 300000 unlink /var/log/app.log
	recover "$ACTOR_PID:9"
	exits 0
	cmp "$(inside /var/log/app.log)" <(pattern 300000)
	[[ $(stat -c %u "$(inside /var/log/app.log)") == 65534 ]]
	absent /var/log/app.log
}

# --- attackers --------------------------------------------------------------------------------

# An unprivileged user shows root the deleted file /etc/cron.d/evil: in a mount namespace of his own
# he may call any directory of his by that name.
@test "a name in /etc that a user made up does not make root write to /etc" {
	mkdir -p home/cron.d
	chown -R 65534:65534 home
	actor_start setuid 65534 65534 namespace user namespace mnt make-private \
		mount-bind "$place/home" /etc open /etc/cron.d/procowl-evil rw,creat fd 0 9 \
		write 0 5000 unlink /etc/cron.d/procowl-evil
	recover "$ACTOR_PID:9"
	[[ $status == 0 || $status == 4 ]]
	absent /etc/cron.d/procowl-evil
}

@test "nor when he unmounts it again" {
	mkdir -p home/cron.d
	chown -R 65534:65534 home
	actor_start setuid 65534 65534 namespace user namespace mnt make-private \
		mount-bind "$place/home" /etc open /etc/cron.d/procowl-evil rw,creat fd 0 9 \
		write 0 5000 unlink /etc/cron.d/procowl-evil unmount /etc
	recover "$ACTOR_PID:9"
	exits 4
	absent /etc/cron.d/procowl-evil /cron.d/procowl-evil
}

@test "nor with a tmpfs that he mounted" {
	actor_start setuid 65534 65534 namespace user namespace mnt make-private \
		mount-tmpfs /etc mkdir /etc/cron.d open /etc/cron.d/procowl-evil rw,creat fd 0 9 \
		write 0 5000 unlink /etc/cron.d/procowl-evil
	recover "$ACTOR_PID:9"
	[[ $status == 0 || $status == 4 ]]
	absent /etc/cron.d/procowl-evil
}

@test "nor by a symlink in the namespace that he made" {
	mkdir -p home/cron.d victim
	chown -R 65534:65534 home
	actor_start setuid 65534 65534 namespace user namespace mnt make-private \
		mount-bind "$place/home" /etc open /etc/cron.d/procowl-evil rw,creat fd 0 9 \
		write 0 5000 unlink /etc/cron.d/procowl-evil rmdir /etc/cron.d
	ln -s "$place/victim" home/cron.d
	recover "$ACTOR_PID:9"
	exits 4
	absent /etc/cron.d/procowl-evil
	only victim
}

@test "a directory that its user swaps for a symlink, again and again, leads nowhere else" {
	mkdir victim
	mkdir sub
	deleted sub/app.log 5000
	(
		exec 3>&-
		while [[ ! -e stop ]]; do
			mv sub away && ln -s victim sub
			rm sub && mv away sub
		done
	) &
	local swapper=$!
	for _ in {1..40}; do
		recover "$ACTOR_PID:9"
		rm -f sub/app.log away/app.log
	done
	touch stop
	wait "$swapper"
	only victim
}
