#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154,SC2016  # run sets status, output, stderr; jq has its own $x
# shellcheck disable=SC2030,SC2031  # that each test is a subshell is as it should be
# How a listing looks: formats, columns, order, exit statuses, and names that would do harm.

load lib

setup() {
	situation_begin
	cd "$SCRATCH" || return
}

teardown() {
	cd / || return
	situation_end
}

# deleted ARG… : `procowl deleted`, into $output, $stderr and $status
deleted() {
	run --separate-stderr owl deleted "$@"
}

# on_tty ARG… : the same on a terminal
on_tty() {
	run --separate-stderr on_terminal "$PROCOWL" deleted "$@"
}

# three files of 3, 1 and 2 MiB
three() {
	actor_start open c creat,w write 0 3M unlink c open a creat,w write 1 1M unlink a \
		open b creat,w write 2 2M unlink b
}

refused() {
	exits 2
	[[ -z $output ]] || show_answer
	says "$1"
}

### Formats

@test "off a terminal there is only the table" {
	actor_start open app.log creat,w write 0 1M unlink app.log
	deleted "$ACTOR_PID"
	exits 0
	[[ -z $stderr && ${#lines[@]} == 2 ]] || show_answer
	matches $'^HANDLE +COMMAND +SIZE +DISK +CLASS +PATH\n'
	matches $'\n'"$ACTOR_PID:3 +actor +1\.0M +[0-9.]+M +gone +$SCRATCH/app\.log\$"
}

@test "a default column that is empty everywhere is left out, one that is asked for is not" {
	actor_start open app.log creat,w unlink app.log
	deleted "$ACTOR_PID"
	says_not CONTAINER
	deleted -o +container "$ACTOR_PID"
	says CONTAINER
	deleted -o handle,container -r "$ACTOR_PID"
	says CONTAINER
}

@test "JSON is one array, and -J is short for it" {
	three
	deleted -J "$ACTOR_PID"
	exits 0
	well_formed
	rows 3
	deleted --json "$ACTOR_PID"
	rows 3
}

@test "JSON lines are one object each" {
	three
	deleted --jsonl "$ACTOR_PID"
	exits 0
	((${#lines[@]} == 3)) || show_answer
	jq -es 'length == 3 and all(type == "object")' <<<"$output"
}

@test "JSON and JSON lines have the same keys and values" {
	three
	deleted --json -o all -s path "$ACTOR_PID"
	local array=$output
	deleted --jsonl -o all -s path "$ACTOR_PID"
	[[ $(jq -cS '.[]' <<<"$array") == "$(jq -cS . <<<"$output")" ]]
}

@test "JSON is typed: numbers are numbers, the unknown is null" {
	actor_start open app.log creat,w write 0 1M unlink app.log
	ask "$ACTOR_PID"
	answer '.[0] | [.size, .disk, .inode, .nlink, .uid] | all(type == "number")'
	answer '.[0] | [.handle, .command, .class, .path, .user, .since] | all(type == "string")'
	answer '.[0] | [.holders, .commands] | all(type == "array")'
	answer '.[0] | .container == null and .error == null'
}

@test "JSON has the columns that the table would have, empty ones too" {
	actor_start open app.log creat,w unlink app.log
	deleted -J "$ACTOR_PID"
	JQ=jq answer '.[0] | keys_unsorted
		== ["handle", "command", "size", "disk", "class", "container", "path"]'
}

@test "raw is tab-separated, with a header unless -n" {
	three
	deleted -r -o handle,size,path -s path "$ACTOR_PID"
	exits 0
	[[ ${lines[0],,} == $'handle\tsize\tpath' ]] || show_answer
	local rows=${output#*$'\n'}
	[[ $rows == "$(printf '%s\t%s\t%s\n' "$ACTOR_PID:4" 1048576 "$SCRATCH/a" \
		"$ACTOR_PID:5" 2097152 "$SCRATCH/b" \
		"$ACTOR_PID:3" 3145728 "$SCRATCH/c")" ]] || show_answer
	deleted --raw --no-header -o handle,size,path -s path "$ACTOR_PID"
	[[ $output == "$rows" ]] || show_answer
}

@test "-n leaves out the header of a table too" {
	actor_start open app.log creat,w unlink app.log
	deleted -n "$ACTOR_PID"
	((${#lines[@]} == 1)) || show_answer
	says_not HANDLE
}

@test "-b shows bytes" {
	actor_start open app.log creat,w write 0 1M unlink app.log
	deleted -b -n -o size "$ACTOR_PID"
	[[ $output == 1048576 ]] || show_answer
	deleted -n -o size "$ACTOR_PID"
	[[ $output == 1.0M ]] || show_answer
}

### Columns

@test "-o chooses columns and their order" {
	actor_start open app.log creat,w unlink app.log
	deleted -n -o class,handle "$ACTOR_PID"
	[[ $output =~ ^gone\ +$ACTOR_PID:3$ ]] || show_answer
	deleted -J -o class,handle "$ACTOR_PID"
	JQ=jq answer '.[0] | keys_unsorted == ["class", "handle"]'
}

@test "-o +COLUMN adds to the default ones" {
	actor_start open app.log creat,w unlink app.log
	deleted -J -o +inode,uid "$ACTOR_PID"
	answer '.[0] | has("handle") and has("path") and has("inode") and has("uid")'
}

@test "columns are found in capitals too" {
	actor_start open app.log creat,w unlink app.log
	deleted -n -o CLASS "$ACTOR_PID"
	[[ $output == gone ]] || show_answer
}

@test "a column that does not exist is an error that suggests the nearest" {
	deleted -o handel
	refused "did you mean 'handle'"
	deleted -o xyzzy
	refused xyzzy
	deleted -s sise
	refused "did you mean 'size'"
}

@test "--list-columns names every column" {
	local name
	deleted --list-columns
	exits 0
	for name in ${DELETED_COLUMNS//,/ }; do
		grep -qiE "^ *$name\b" <<<"$output" || show_answer
	done
}

### Order and number

@test "the largest on disk comes first" {
	make_tmpfs 16M
	actor_start open "$FS/a" creat,w write 0 1M unlink "$FS/a" open "$FS/c" creat,w write 1 3M \
		unlink "$FS/c" open "$FS/b" creat,w write 2 2M unlink "$FS/b"
	deleted -J "$ACTOR_PID"
	answer '[.[].disk] == [3145728, 2097152, 1048576]'
}

@test "-s sorts, -s -COLUMN the other way round" {
	three
	deleted -J -s path "$ACTOR_PID"
	answer '[.[].path[-1:]] == ["a", "b", "c"]'
	deleted -J --sort -path "$ACTOR_PID"
	answer '[.[].path[-1:]] == ["c", "b", "a"]'
	deleted -J -s size "$ACTOR_PID"
	answer '[.[].size] == [1048576, 2097152, 3145728]'
	deleted -J -s -size "$ACTOR_PID"
	answer '[.[].size] == [3145728, 2097152, 1048576]'
}

@test "it sorts by a column that is not shown" {
	three
	deleted -n -o path -s size "$ACTOR_PID"
	[[ $output == "$SCRATCH/a"*"$SCRATCH/b"*"$SCRATCH/c" ]] || show_answer
	deleted --jsonl -o path -s -size "$ACTOR_PID"
	[[ $(jq -r '.path[-1:]' <<<"$output") == $'c\nb\na' ]] || show_answer
}

@test "--limit takes the first of the order" {
	three
	deleted -J -s size --limit 2 "$ACTOR_PID"
	answer '[.[].size] == [1048576, 2097152]'
	deleted -J --limit 1 "$ACTOR_PID"
	rows 1
	deleted --limit nonsense
	exits 2
}

### Answers that are empty, and questions that are none

@test "nothing is an empty answer in every format, with exit status 1" {
	actor_start
	deleted "$ACTOR_PID"
	exits 1
	[[ -z $output ]] || show_answer
	deleted -J "$ACTOR_PID"
	exits 1
	[[ $output == '[]' ]] || show_answer
	deleted --jsonl "$ACTOR_PID"
	exits 1
	[[ -z $output ]] || show_answer
	deleted -r -n "$ACTOR_PID"
	exits 1
	[[ -z $output ]] || show_answer
}

@test "nothing on a terminal says that all was looked at" {
	need_root
	make_tmpfs 16M
	on_tty "$FS"
	exits 1
	matches "No deleted file is still open on $FS.* all [0-9]+ processes were looked at"
}

@test "nothing although not all was seen says so, and how to see more" {
	need_root
	need_command setpriv
	make_tmpfs 16M
	run --separate-stderr on_terminal setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$(owl_for_all)" deleted "$FS"
	exits 3
	matches 'nothing found, but [0-9]+ of [0-9]+ processes could not be read'
	says sudo
}

@test "an unknown option is an error that suggests the nearest" {
	deleted --jsno
	refused --json
	deleted --nonsense
	refused nonsense
}

@test "an unknown command is an error that suggests the nearest" {
	run --separate-stderr owl deletd
	refused "did you mean 'deleted'"
	says "there is no command 'deletd'"
}

@test "--help, help and --how answer" {
	deleted --help
	exits 0
	says --json
	run --separate-stderr owl help deleted
	exits 0
	says --json
	deleted --how
	exits 0
	says 'by hand'
	says 'why it works'
	says 'procowl adds'
	run --separate-stderr owl --version
	exits 0
	says procowl
}

@test "output that cannot be written is an error" {
	[[ -c /dev/full ]] || skip "needs /dev/full"
	actor_start open app.log creat,w unlink app.log
	run --separate-stderr bash -c '"$PROCOWL" deleted "$1" >/dev/full' - "$ACTOR_PID"
	exits 2
	[[ -n $stderr ]]
	run --separate-stderr bash -c '"$PROCOWL" deleted -J "$1" >/dev/full' - "$ACTOR_PID"
	exits 2
}

@test "a reader that has seen enough ends it quietly" {
	local script=() i name
	for ((i = 0; i < 2000; i++)); do
		name=file-with-a-rather-long-name-$i
		script+=(open "$name" 'creat,w' unlink "$name")
	done
	(ulimit -n 4096) 2>/dev/null || skip "may not open that many files"
	ulimit -n 4096
	actor_start "${script[@]}"
	run --separate-stderr bash -c \
		'set -o pipefail; "$PROCOWL" deleted --jsonl "$1" | head -n 1' - "$ACTOR_PID"
	[[ $status == 0 || $status == 141 ]] || show_answer
	((${#lines[@]} == 1)) && [[ -z $stderr ]] || show_answer
}

### On a terminal

@test "the first line answers, and hints follow the table" {
	make_tmpfs 16M
	actor_start open "$FS/app.log" creat,w write 0 2M unlink "$FS/app.log" fork end
	on_tty "$FS"
	exits 0
	[[ ${lines[0]} == "1 deleted file on $FS is still open and holds 2.0M."* ]] || show_answer
	[[ ${lines[0]} == *"14M of 16M are free"* ]] || show_answer
	says "recover $ACTOR_PID:3"
}

@test "a file that has one holder is said to live as long as that" {
	make_tmpfs 16M
	actor_start open "$FS/app.log" creat,w write 0 2M unlink "$FS/app.log"
	on_tty "$FS"
	says "actor ($ACTOR_PID)"
	says "recover $ACTOR_PID:3"
}

@test "hints run as they stand" {
	local hint
	make_tmpfs 16M
	actor_start open "$FS/app.log" creat,w write 0 2M unlink "$FS/app.log"
	run --separate-stderr on_terminal "$PROCOWL" deleted "$FS"
	hint=$(grep -o "[^ ]*procowl recover .*" <<<"$output" | head -n 1)
	hint=${hint%%   *}
	[[ $hint == "$PROCOWL recover "* ]] || show_answer
	run --separate-stderr bash -c "$hint"
	exits 0
	cmp "$FS/app.log" <(pattern 2M)
}

@test "totals name each filesystem, its type and how full it is" {
	make_tmpfs 16M
	local first=$FS
	make_tmpfs 32M
	actor_start open "$first/a" creat,w write 0 8M unlink "$first/a" \
		open "$FS/b" creat,w write 1 4M unlink "$FS/b" \
		open "$FS/c" creat,w write 2 4M unlink "$FS/c"
	on_tty "$ACTOR_PID"
	exits 0
	[[ ${lines[0]} == '3 deleted files are still open and hold 16M.'* ]] || show_answer
	matches "8\.0M +$first +tmpfs +50 % of 16M used, 8\.0M free"
	matches "8\.0M +$FS +tmpfs +25 % of 32M used, 24M free"
}

@test "totals of an overlay go to where its blocks lie" {
	make_tmpfs 16M
	make_overlay "$FS"
	make_tmpfs 16M
	local upper=${OVERLAY%/merged}
	actor_start open "$OVERLAY/a" creat,w write 0 8M unlink "$OVERLAY/a" \
		open "$FS/b" creat,w write 1 1M unlink "$FS/b"
	on_tty "$ACTOR_PID"
	exits 0
	matches "8\.0M +$upper +tmpfs +50 % of 16M used"
	[[ ! $output =~ M\ +$OVERLAY\ +overlay ]] || show_answer
}

@test "a file without a plain name is hinted at by its handle" {
	make_tmpfs 16M
	actor_start open "$FS/a"$'\x1b[31m' creat,w unlink "$FS/a"$'\x1b[31m'
	on_tty "$FS"
	exits 0
	says "recover $ACTOR_PID:3"
	says_not $'\x1b[31m'
}

@test "no colour where NO_COLOR is set, none off a terminal" {
	actor_start open app.log creat,w unlink app.log
	on_tty "$ACTOR_PID"
	says_not $'\x1b'
	run --separate-stderr env -u NO_COLOR "$PROCOWL" deleted "$ACTOR_PID"
	says_not $'\x1b'
}

@test "no line has a blank at its end" {
	three
	deleted "$ACTOR_PID"
	! grep -q ' $' <<<"$output" || show_answer
}

### Names that would do harm

hostile_names() {
	UTF8_NAMES=(
		$'new\nline' $'esc\x1b[2Jape' $'osc\x1b]52;c;b3ds\x07' $'bell\x07' $'tab\tulator'
		$'carriage\rreturn' $'del\x7fete' $'c1\xc2\x9b31m' $'bidi\xe2\x80\xae'
		$'isolate\xe2\x81\xa6' 'back\slash' 'back\x41slash' 'quo"te' "apo'strophe" ' blank '
		'$(reboot)' '; true' $'\xce\xbb-owl' $'owl\xf0\x9f\xa6\x89'
	)
	OTHER_NAMES=(
		$'invalid\xff' $'\xc3(' $'overlong\xc0\xaf' $'surrogate\xed\xa0\x80'
		$'beyond\xf4\x90\x80\x80' $'cut\xe2\x82'
	)
	HOSTILE=("${UTF8_NAMES[@]}" "${OTHER_NAMES[@]}")
}

# harmless : no byte in the last answer that steers a terminal, but line ends (and tabs)
harmless() {
	! LC_ALL=C grep -q $'[\x01-\x08\x0b-\x1f\x7f]' <<<"$output" || show_answer
	! LC_ALL=C grep -qP '\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]' \
		<<<"$output" || show_answer
	iconv -f UTF-8 -t UTF-8 <<<"$output" >/dev/null || show_answer
}

# same_in_lines : JSON lines say of this actor what the last answer, which is JSON, says
same_in_lines() {
	local row
	row=$(jq -cS '.[0]' <<<"$output")
	deleted --jsonl -o handle,path "$ACTOR_PID"
	((${#lines[@]} == 1)) || show_answer
	[[ $(jq -cS . <<<"$output") == "$row" ]] || show_answer
}

@test "JSON has every name that is UTF-8 exactly" {
	local name
	hostile_names
	for name in "${UTF8_NAMES[@]}"; do
		actor_start open "$name" creat,w unlink "$name"
		deleted --json -o handle,path "$ACTOR_PID"
		exits 0
		well_formed
		rows 1
		answer '.[0] | .path == $path and (has("path_base64") | not)' \
			--arg path "$SCRATCH/$name"
		same_in_lines
		actor_stop
	done
}

@test "JSON has the bytes of a name that is not UTF-8 beside it" {
	local name
	hostile_names
	for name in "${OTHER_NAMES[@]}"; do
		actor_start open "$name" creat,w unlink "$name"
		deleted --json -o handle,path "$ACTOR_PID"
		exits 0
		well_formed
		rows 1
		answer '.[0].path | test("\\\\x[0-9a-f]{2}")'
		cmp <(field path_base64 | base64 -d) <(printf '%s' "$SCRATCH/$name")
		same_in_lines
		actor_stop
	done
}

@test "JSON has no byte that steers a terminal" {
	local name script=()
	hostile_names
	for name in "${HOSTILE[@]}"; do
		script+=(open "$name" 'creat,w' unlink "$name")
	done
	actor_start "${script[@]}"
	deleted --json "$ACTOR_PID"
	harmless
	rows "${#HOSTILE[@]}"
}

@test "no name steers the terminal, ends its line or begins another column" {
	local name script=()
	hostile_names
	for name in "${HOSTILE[@]}"; do
		script+=(open "$name" 'creat,w' unlink "$name")
	done
	actor_start "${script[@]}"
	deleted -n -o handle,path "$ACTOR_PID"
	harmless
	((${#lines[@]} == ${#HOSTILE[@]})) || show_answer
	deleted -r -n -o handle,path "$ACTOR_PID"
	harmless
	((${#lines[@]} == ${#HOSTILE[@]})) || show_answer
	[[ $(awk -F '\t' 'NF != 2' <<<"$output") == '' ]] || show_answer
	on_tty "$ACTOR_PID"
	harmless
}

@test "one rule escapes names in text and raw, and it can be undone" {
	local n format
	local names=(
		$'a\nb' $'a\x1bb' $'a\tb' $'a\x7fb' $'a\xc2\x9bb' $'a\xe2\x80\xaeb' $'a\xffb' 'a\b'
		$'\xce\xbb b'
	)
	local shown=(
		'a\x0ab' 'a\x1bb' 'a\x09b' 'a\x7fb' 'a\xc2\x9bb' 'a\xe2\x80\xaeb' 'a\xffb' 'a\\b'
		$'\xce\xbb b'
	)
	for ((n = 0; n < ${#names[@]}; n++)); do
		actor_start open "${names[n]}" creat,w unlink "${names[n]}"
		for format in --no-header --raw; do
			deleted -n "$format" -o path "$ACTOR_PID"
			[[ $output == "$SCRATCH/${shown[n]}" ]] || show_answer
		done
		actor_stop
	done
}

@test "the name of a process is no way in either" {
	actor_start comm $'a)b\nc' open app.log creat,w unlink app.log
	ask "$ACTOR_PID"
	exits 0
	rows 1
	answer '.[0] | .command == "a)b\nc" and .commands == ["a)b\nc"]
		and (has("command_base64") | not)'
	deleted -n -o command,handle "$ACTOR_PID"
	[[ $output =~ ^'a)b\x0ac '\ *$ACTOR_PID:3$ ]] || show_answer
}

@test "the name of a process that is not UTF-8 has its bytes beside it" {
	actor_start comm $'owl\xff\x1b' open app.log creat,w unlink app.log
	deleted -J -o command "$ACTOR_PID"
	well_formed
	[[ $(field command_base64) == "$(printf 'owl\xff\x1b' | base64)" ]] || show_answer
	answer '.[0].command == "owl\\xff\\x1b"'
}

@test "the state of a process is read behind the last parenthesis of its name" {
	actor_start comm ') Z 1 (' open app.log creat,w unlink app.log
	ask "$ACTOR_PID"
	exits 0
	rows 1
	answer '.[0].command == ") Z 1 ("'
}

@test "the name of memory is no way in either" {
	actor_start memfd $'owl\x1b[2J\nB'
	deleted --all -n -o path "$ACTOR_PID"
	harmless
	((${#lines[@]} == 1)) || show_answer
	says 'memfd:owl\x1b[2J\x0aB'
}

@test "the host name of a container is no way in either" {
	need_mounts
	actor_start namespace uts hostname $'web\x1b[2J\n' open app.log creat,w unlink app.log
	deleted -n -o container "$ACTOR_PID"
	[[ $output == 'web\x1b[2J\x0a' ]] || show_answer
}

@test "the name of a container's cgroup is no way in either" {
	make_cgroup $'lxc.payload.web\x1b[2J\xff\u202e'
	actor_start open app.log creat,w unlink app.log
	enter_cgroup "$ACTOR_PID"
	deleted -n -o container "$ACTOR_PID"
	[[ $output == 'web\x1b[2J\xff\xe2\x80\xae' ]] || show_answer
}

@test "a mapped file has its exact name, whatever the kernel escapes" {
	need_root
	local name
	for name in $'new\nline' 'back\slash' 'a\012b' 'x y' 'x (deleted)'; do
		actor_start open "$name" creat,rw write 0 4K map 0 r close 0 unlink "$name"
		deleted -J -o path "$ACTOR_PID"
		exits 0
		rows 1
		answer '.[0].path == $path' --arg path "$SCRATCH/$name"
		actor_stop
	done
}
