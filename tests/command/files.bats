#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016  # run sets status, output, stderr; jq has its own $x
# `files`: what is meant by a target, who may see what, and what would break a lesser tool.

load lib

setup() {
	situation_begin
	cd "$SCRATCH" || return
}

teardown() {
	cd / || return
	situation_end
}

# ask_files TARGET… : handles and paths only: nothing else is read
ask_files() {
	run --separate-stderr owl files --json --columns handle,use,path "$@"
	well_formed
}

# found HANDLE… : of the actor and its children, these and no others. The exit status is 0.
found() {
	exits 0
	answer '[.[].handle | select(split("[:/]"; "")[0] | IN($pids[]))] == $ARGS.positional' \
		--argjson pids "$(printf '%s\n' "$ACTOR_PID" "${ACTOR_CHILDREN[@]}" | jq -R . | jq -s .)" \
		--args "${@/#:/$ACTOR_PID:}"
}

### Processes

@test "a process is meant by its number, and told in one sentence" {
	actor_start comm keeper open a creat,w open b creat,w unlink b
	run on_terminal "$PROCOWL" files "$ACTOR_PID"
	exits 0
	matches "^keeper \\($ACTOR_PID\\) has 5 descriptors and [0-9]+ mapped files open; 1 is deleted\\."
	says "  get the deleted one back   $PROCOWL recover $ACTOR_PID:4"
	says "$SCRATCH/b (deleted)"
}

@test "off a terminal there is only the table" {
	actor_start open a creat,w
	run --separate-stderr owl files "$ACTOR_PID:3"
	[[ ${#lines[@]} == 2 && ${lines[0]} == HANDLE*NAME && -z $stderr ]] || show_answer
}

@test "the hint for several deleted files leads to the list of them" {
	actor_start open a creat,w unlink a open b creat,w unlink b
	run on_terminal "$PROCOWL" files "$ACTOR_PID"
	says "2 are deleted."
	says "$PROCOWL deleted $ACTOR_PID"
}

@test "several processes are counted together" {
	actor_start fork end
	run on_terminal "$PROCOWL" files "$ACTOR_PID" "${ACTOR_CHILDREN[0]}"
	says "2 processes have 6 descriptors and "
}

@test "by name, by pattern, by word" {
	local name=owl$$
	actor_start comm "$name" open a creat,w
	ask_files "$name"
	answer 'any(.handle == $handle)' --arg handle "$ACTOR_PID:3"
	ask_files "@${name%?}?"
	answer 'any(.handle == $handle)' --arg handle "$ACTOR_PID:3"
	ask_files "@$name"
	answer 'all(.handle | startswith($pid + ":"))' --arg pid "$ACTOR_PID"
	ask_files "no-such-owl-$$"
	exits 1
	rows 0
	says "no process is called no-such-owl-$$"
}

@test "a process that is gone is an error that names it" {
	actor_start
	actor_stop
	ask_files "$ACTOR_PID"
	exits 2
	says "process $ACTOR_PID does not exist"
	actor_start open a creat,w
	ask_files 4194304 "$ACTOR_PID"
	exits 2
	says "process 4194304 does not exist"
	answer 'any(.handle == $handle)' --arg handle "$ACTOR_PID:3"
}

### Handles

@test "handles: a descriptor, its guard, where it stands, what it maps" {
	truncate -s 5000 mapped
	actor_start open mapped r map 0 r
	local inode
	inode=$(stat -c %i mapped)
	ask_files "$ACTOR_PID:3"
	found :3
	ask_files "$ACTOR_PID:3@$inode"
	found :3
	ask_files "$ACTOR_PID:3@$((inode + 1))"
	exits 1
	says "has no descriptor 3 open with that inode"
	ask_files "$ACTOR_PID:cwd" "$ACTOR_PID:exe" "$ACTOR_PID:root" "$ACTOR_PID:map@$inode"
	found :cwd :root :exe ":map@$inode"
	ask_files "$ACTOR_PID:99"
	exits 1
}

@test "every handle that is printed is taken" {
	truncate -s 5000 mapped
	actor_start open mapped r map 0 r uring 0 unshare-thread end pipe eventfd 1 epoll
	ask_files "$ACTOR_PID"
	local handle all=() asked=$output
	while read -r handle; do
		all+=("$handle")
	done < <(jq -r '.[].handle' <<<"$asked")
	((${#all[@]} > 15))
	for handle in "${all[@]}"; do
		ask_files "$handle"
		answer 'map(.handle) == [$handle]' --arg handle "$handle"
	done
}

@test "the three that everybody asks for first need no sentence" {
	actor_start
	run on_terminal "$PROCOWL" files "$ACTOR_PID:0" "$ACTOR_PID:1" "$ACTOR_PID:2"
	[[ ${#lines[@]} == 4 && ${lines[0]} == HANDLE* ]] || show_answer
}

### Paths: by identity, never by the text of a name

@test "a file is meant by any of its names" {
	echo x >a
	ln a b
	ln -s a c
	actor_start open a r
	for name in ./a ./b ./c "$SCRATCH/a" "/proc/self/cwd/a"; do
		ask_files "$name"
		found :3
	done
	mv a d
	ask_files ./d
	found :3
	echo new >a
	ask_files ./a
	exits 1
}

@test "a file under a link to a directory" {
	mkdir deep
	ln -s deep link
	actor_start open deep/a creat,w
	ask_files link/a
	found :3
}

@test "a directory is the tree below it, by the names that were opened" {
	mkdir -p tree/deep treetop
	actor_start open tree/deep/a creat,w open treetop/b creat,w open tree r fork chdir tree/deep end
	ask_files ./tree
	found :3 :5 "${ACTOR_CHILDREN[0]}:cwd" "${ACTOR_CHILDREN[0]}:3" "${ACTOR_CHILDREN[0]}:5"
}

@test "what was deleted below a directory is below it still" {
	mkdir tree
	actor_start open tree/a creat,w unlink tree/a
	ask_files ./tree
	found :3
	ask_files ./tree/a
	found :3
}

@test "a name that is another file now is that file" {
	actor_start open a creat,w unlink a
	echo new >a
	ask_files ./a
	exits 1
}

@test "a mapped file is meant by its name" {
	truncate -s 5000 mapped
	actor_start open mapped r map 0 r close 0
	ask_files ./mapped
	found ":map@$(stat -c %i mapped)"
}

@test "a directory that is mounted elsewhere too: the same files" {
	need_mounts
	mkdir -p tree elsewhere
	mount --bind tree elsewhere
	mounted elsewhere
	actor_start open elsewhere/a creat,w
	ask_files ./tree
	found :3
	ask_files ./tree/a
	found :3
}

@test "a file of another mount namespace is meant by its own name there and here" {
	need_mounts
	mkdir -p tree there
	actor_start namespace mnt make-private mount-bind tree there open there/a creat,w chroot there open /b creat,w
	ask_files ./tree/a
	found :3
	ask_files ./tree/b
	found :4
	ask_files "/proc/$ACTOR_PID/root/b"
	found :4
}

@test "the same name in another mount namespace is not the same file" {
	need_mounts
	mkdir there
	echo here >there/a
	actor_start namespace mnt make-private mount-tmpfs there open there/a creat,w
	ask_files ./there/a
	exits 1
	ask_files ./there
	exits 1
	ask_files "/proc/$ACTOR_PID/root$SCRATCH/there/a"
	found :3
}

@test "a mount point is the whole filesystem, wherever it was opened" {
	make_fs ext4 8M "$SCRATCH/disk"
	mkdir elsewhere
	mount --bind "$FS" elsewhere
	mounted elsewhere
	actor_start open "$FS/a" creat,w open elsewhere/b creat,w open other creat,w
	ask_files "$FS"
	found :3 :4
}

@test "a name that nothing has" {
	ask_files ./nothing
	exits 1
	rows 0
	says "there is no ./nothing"
}

### Names that would break something

@test "names with everything in them" {
	local name names=('x (deleted)' $'a\nb' $'e\e[2J' $'\u202ebidi' $'bad\xff' 'a\b' 'a	b' ' ') script=()
	for name in "${names[@]}"; do
		script+=(open "$name" "creat,w")
	done
	actor_start comm $'a)b\nc' "${script[@]}"
	open_files "$ACTOR_PID"
	answer 'all(.command == "a)b\nc")'
	row :3 '.name == $dir + "/x (deleted)"' --arg dir "$SCRATCH"
	row :4 '.name == $dir + "/a\nb" and .path == .name' --arg dir "$SCRATCH"
	row :5 '.name == $dir + "/e\u001b[2J"' --arg dir "$SCRATCH"
	row :7 '(.name_base64 | @base64d | length) > 0 and .name == $dir + "/bad\\xff"' --arg dir "$SCRATCH"
	[[ $(cell :7 path_base64 | base64 -d) == "$SCRATCH"/bad$'\xff' ]]
	run --separate-stderr owl files --raw --columns handle,command,name "$ACTOR_PID"
	[[ $output != *$'\e'* && $output != *$'\u202e'* ]] || show_answer
	says "$ACTOR_PID:4"$'\t''a)b\x0ac'$'\t'"$SCRATCH"'/a\x0ab'
	says "$ACTOR_PID:8"$'\t''a)b\x0ac'$'\t'"$SCRATCH"'/a\\b'
	says "$ACTOR_PID:9"$'\t''a)b\x0ac'$'\t'"$SCRATCH"'/a\x09b'
}

# crowd_start SCRIPT : a shell that opens what it likes
crowd_start() {
	program_start bash -c "$1; echo ready; read -r line"
}

@test "descriptor 12345" {
	(ulimit -n 20000) 2>/dev/null || skip "may not open so many"
	crowd_start "ulimit -n 20000; exec 12345>a"
	ask_files "$ACTOR_PID:12345"
	found :12345
	run --separate-stderr owl files "$ACTOR_PID"
	says "$ACTOR_PID:12345"
}

@test "1 500 descriptors" {
	(ulimit -n 2000) 2>/dev/null || skip "may not open so many"
	crowd_start 'ulimit -n 2000; for ((i = 100; i < 1600; i++)); do eval "exec $i>f$i"; done'
	ask_files "$ACTOR_PID"
	answer '[.[] | select(.use == "fd" and (.path | startswith($dir + "/f")))] | length == 1500' --arg dir "$SCRATCH"
	answer '[.[] | select(.use == "fd" and (.path | startswith($dir + "/f")))] |
		all((.handle | split(":")[1]) == (.path | ltrimstr($dir + "/f")))' --arg dir "$SCRATCH"
}

# 25 directories of 200 bytes: the kernel tells names of up to 4095 bytes
@test "a path of 5 000 bytes has a row that says what is missing" {
	crowd_start 'name=$(printf "d%.0s" {1..200}); for i in {1..25}; do mkdir $name; cd $name; done
		exec 3>file; cd /'
	open_files "$ACTOR_PID"
	row :3 '.kind == "regular" and .path == null and .size == 0 and .access == "w" and
		.error == "its name is longer than the kernel tells (4095 bytes)"'
}

### Who may see what

@test "a user sees his own processes whole, and one line about the rest" {
	need_root
	need_command setpriv
	chmod 777 "$SCRATCH"
	actor_start setuid 65534 65534 open a creat,w pipe eventfd 2
	run --separate-stderr owl_as_nobody files --json --columns handle,kind,detail,peers,path "$ACTOR_PID"
	exits 0
	[[ -z $stderr ]] || show_answer
	row :3 '.kind == "regular" and .path == $path' --arg path "$SCRATCH/a"
	row :5 '.kind == "pipe" and .peers == [$peer]' --arg peer "$ACTOR_PID:4"
	row :6 '.detail == "count 2"'
	row :exe '.path == $path' --arg path "$ACTOR"
	run --separate-stderr owl_as_nobody files --json --columns handle
	exits 0
	answer 'any(.handle == $handle)' --arg handle "$ACTOR_PID:3"
	[[ $(grep -c . <<<"$stderr") == 1 && $stderr == *"could not be read (not yours); run as root"* ]] || show_answer
}

@test "what a user may not see is not nothing" {
	need_root
	need_command setpriv
	actor_start open a creat,w
	run --separate-stderr owl_as_nobody files --json --columns handle "$ACTOR_PID"
	exits 3
	says "$ACTOR_PID"
	run --separate-stderr owl_as_nobody files --json --columns handle "$SCRATCH/a"
	exits 3
}

@test "kernel threads have nothing open" {
	need_root
	ask_files
	[[ -e /proc/2/exe ]] || answer 'all(.handle | startswith("2:") | not)'
}

### What never answers

@test "a filesystem that hangs: the row is there" {
	make_hung_mount
	actor_start open "$HUNG/file" r fork chdir "$HUNG" end
	hang
	within 10 "$PROCOWL" files --json --columns all "$ACTOR_PID" "${ACTOR_CHILDREN[0]}"
	exits 0
	row :3 '.kind == "regular" and .path == $path' --arg path "$HUNG/file"
	answer 'any(.handle == $cwd and .path == $path)' --arg cwd "${ACTOR_CHILDREN[0]}:cwd" --arg path "$HUNG"
	within 10 "$PROCOWL" files --json --columns handle,path
	exits 0
	row :3 '.path == $path' --arg path "$HUNG/file"
}

@test "processes that come and go: no row mixes two" {
	actor_start comm steady open mine creat,w
	program_start bash -c 'echo ready; until read -r -t 0; do
		(exec -a fleeting sleep 0 3>"theirs$RANDOM"); done; read -r line'
	for _ in {1..10}; do
		run --separate-stderr owl files --json --columns handle,pid,command,path,error
		exits 0
		well_formed
		answer 'all(.handle | test("^[0-9]+[:/]"))'
		answer 'all(.pid as $pid | .handle | startswith("\($pid)"))'
		answer '[.[] | select(.path == $path)] | map(.command) == ["steady"]' --arg path "$SCRATCH/mine"
	done
}

### Output

@test "rows are streamed, in order of their processes" {
	run --separate-stderr owl files --jsonl --columns handle,pid
	exits 0
	[[ $(jq -s 'map(.pid) | . == sort' <<<"$output") == true ]]
}

@test "a reader that has enough ends it" {
	owl files --raw 2>complaints | head -n 3 >three
	[[ ! -s complaints ]]
	(($(wc -l <three) == 3))
}

@test "sorted, limited, by size" {
	actor_start open a creat,w write 0 1M open b creat,w write 1 3M open c creat,w write 2 2M
	run --separate-stderr owl files --raw --no-header --columns handle,size --sort -size --limit 3 \
		"$ACTOR_PID:3" "$ACTOR_PID:4" "$ACTOR_PID:5"
	[[ $output == "$ACTOR_PID:4"$'\t'3145728$'\n'"$ACTOR_PID:5"$'\t'2097152$'\n'"$ACTOR_PID:3"$'\t'1048576 ]] ||
		show_answer
}

@test "what is not shown is not read" {
	actor_start open a creat,w pipe eventfd 1 unix-pair
	owl_traced files --raw --columns handle,path "$ACTOR_PID" >/dev/null
	run ! grep -E 'fdinfo|"status"|NETLINK' trace
	grep -E 'openat\([^,]*, "[0-9]+"' trace >opened
	run ! grep -v "\"$ACTOR_PID\"" opened
}
