#!/bin/sh
# Writes requirements/*.txt: every dependency pinned with its hashes, for all Pythons from 3.11, without an index address.
set -eu
bin=$1
compile() {
	out=$1
	shift
	"$bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --custom-compile-command "make lock" pyproject.toml -o "requirements/$out" "$@"
}
compile run.txt --extra postgres --extra evaluate --group build
compile test.txt --extra postgres --extra evaluate --group build --group test --group bench --group lint -c requirements/run.txt
