# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # status, output and stderr: run sets them, and so does resume
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of `recover` share beyond lib.bash: filesystems by name, a deleted file, and
# looks at what came back.

REUSE=$(realpath -m "${REUSE:-$(dirname "$ACTOR")/../reuse/reuse}")
export REUSE

# The test works in a directory of its own below $SCRATCH, `place`, which any user may enter.
begin() {
	situation_begin
	place=$SCRATCH/place
	mkdir "$place"
	cd "$place" || return
}

end() {
	[[ -z ${PAUSED-} ]] || resume >/dev/null
	cd / || return
	situation_end
}

# filesystem TYPE [SIZE] : a new one on ./TYPE. overlay lies on an ext4 and has the file `image` in
# its lower layer; fuse is a bindfs of ./behind.
filesystem() {
	local type=$1 size=${2-}
	need_mounts
	mkdir -p "$type"
	case $type in
	ext4) make_fs ext4 "${size:-48M}" "$place/ext4" ;;
	xfs) make_fs xfs "${size:-320M}" "$place/xfs" ;;
	btrfs) make_fs btrfs "${size:-160M}" "$place/btrfs" ;;
	tmpfs) make_tmpfs "${size:-64M}" "$place/tmpfs" ;;
	overlay) overlay_on_ext4 ;;
	fuse) bindfs_on_fuse ;;
	esac
}

overlay_on_ext4() {
	filesystem ext4
	mkdir ext4/lower
	pattern 300000 >ext4/lower/image
	mkdir ext4/upper ext4/work
	mount -t overlay -o lowerdir=ext4/lower,upperdir=ext4/upper,workdir=ext4/work overlay overlay ||
		skip "cannot mount an overlay"
	mounted "$place/overlay"
}

bindfs_on_fuse() {
	need_fuse
	need_command bindfs
	mkdir behind
	bindfs behind fuse 3>&- || skip "cannot mount a bindfs"
	mounted "$place/fuse"
}

# deleted FILE [SIZE] [FLAGS] : a process has FILE, which is deleted now, as descriptor 9
deleted() {
	actor_start open "$1" "${3:-rw,creat}" fd 0 9 write 0 "${2:-300000}" unlink "$1"
}

# deleted_reader FILE : the same, open for reading only; the file must exist
deleted_reader() {
	actor_start open "$1" r fd 0 9 unlink "$1"
}

inode() {
	stat -Lc %i -- "$1"
}

# guarded PID:FD : with the inode it has now
guarded() {
	echo "$1@$(inode "/proc/${1%%:*}/fd/${1#*:}")"
}

# holds FILE [PID:FD] : FILE has the bytes that the process (descriptor 9 of the actor) sees
holds() {
	local handle=${2:-$ACTOR_PID:9}
	cmp -- "/proc/${handle%%:*}/fd/${handle#*:}" "$1"
}

# recover ARG… : sets status, output, stderr
recover() {
	run --separate-stderr owl recover "$@"
}

# traced STRACE-OPTION… recover|reclaim ARG… : under strace, which writes the file `trace`; of the main thread
# unless -f is among the options. A leak cannot be looked for under it.
traced() {
	local options=()
	while [[ $1 != recover && $1 != reclaim ]]; do
		options+=("$1")
		shift
	done
	ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" timeout "$PATIENCE" \
		strace -qq -o trace "${options[@]}" "$PROCOWL" "$@"
}

# pause_at SYSCALL ARG… : start `recover ARG…` and stop it behind its first call of that kind
pause_at() {
	local call=$1 strace
	shift
	rm -f trace
	(
		close_the_rest
		ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" exec timeout "$PATIENCE" strace -qq -o trace \
			-e trace="$call" -e inject="$call:signal=STOP:when=1" "$PROCOWL" recover "$@" \
			>paused.out 2>paused.err
	) &
	PAUSED_JOB=$!
	until grep -q 'stopped by SIGSTOP' trace 2>/dev/null; do
		[[ -e /proc/$PAUSED_JOB/exe ]] || {
			echo "it did not come to $call: $(<paused.err)"
			return 1
		}
	done
	strace=$(child_of "$PAUSED_JOB")
	PAUSED=$(child_of "$strace")
}

child_of() {
	local children
	read -r -a children <"/proc/$1/task/$1/children"
	echo "${children[0]}"
}

# resume : let it go on to its end; sets status, output, stderr
resume() {
	kill -CONT "$PAUSED"
	PAUSED=''
	status=0
	wait "$PAUSED_JOB" || status=$?
	output=$(<paused.out)
	stderr=$(<paused.err)
	rm -f paused.out paused.err trace
}

# recover_on_terminal ARG… : the same, where it tells its story instead of a table
recover_on_terminal() {
	run on_terminal "$PROCOWL" recover "$@"
}

# as USER COMMAND… : as the user of that number, with no rights and no groups
as() {
	local uid=$1
	shift
	setpriv --reuid "$uid" --regid "$uid" --clear-groups --inh-caps=-all --bounding-set=-all "$@"
}

# recover_as USER ARG…
recover_as() {
	local uid=$1
	shift
	run --separate-stderr as "$uid" timeout "$PATIENCE" "$(owl_for_all)" recover "$@"
}

# graded GRADE METHOD [ROW] : the JSON says so
graded() {
	[[ $(field grade "${3-}") == "$1" && $(field method "${3-}") == "$2" ]] && return
	echo "expected grade $1 by $2"
	show_answer
}

# says_all TEXT…
says_all() {
	local text
	for text; do
		says "$text" || return
	done
}

# only DIR NAME… : nothing but these names is in the directory
only() {
	local dir=$1 names expected=''
	shift
	names=$(find "$dir" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort)
	(($# == 0)) || expected=$(printf '%s\n' "$@" | sort)
	[[ $names == "$expected" ]] && return
	printf 'in %s there is:\n%s\n' "$dir" "$names"
	return 1
}

# absent PATH… : `[ ! -e ]` for a whole list, saying which one is there
absent() {
	local path
	for path; do
		[[ ! -e $path && ! -L $path ]] && continue
		echo "is there: $path"
		return 1
	done
}

### Containers

# The actor's view of PATH
inside() {
	echo "/proc/$ACTOR_PID/root$1"
}

# image : ./image has an actor and the libraries that it needs
image() {
	local file
	mkdir -p image/var/log image/proc image/old
	cp "$ACTOR" image/actor
	while read -r file; do
		cp --parents -L "$file" image
	done < <(ldd "$ACTOR" | grep -oE '/[^ ]+')
	pattern 300000 >image/shipped
}

# container OPERATION… : an actor whose root is an overlay of its own over ./image, in mount and uts
# namespaces of its own, as a container runtime would make it. WRAPPER stands before it.
container() {
	image
	filesystem tmpfs
	mkdir tmpfs/upper tmpfs/work tmpfs/root
	chmod 777 tmpfs/* && chmod 755 tmpfs/root
	[[ -z ${WRAPPER-} ]] || chown -R 65534:65534 tmpfs/* image
	# shellcheck disable=SC2016,SC2086  # for the shell inside; several words
	program_start ${WRAPPER-} unshare --mount --uts --propagation private bash -euc '
		hostname web-7d9f
		mount -t overlay -o lowerdir=image,upperdir=tmpfs/upper,workdir=tmpfs/work overlay tmpfs/root
		cd tmpfs/root
		pivot_root . old
		exec /actor unmount /old chdir / "$@"' container "$@"
}
