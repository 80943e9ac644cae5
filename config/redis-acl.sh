#!/bin/sh
# Prints the ACL file that Redis loads: config/redis.acl with the SHA-256 of the two passwords, given as files.
# usage: redis-acl.sh TEMPLATE SLACK_PASSWORD_FILE WORKER_PASSWORD_FILE
set -eu
hash_of() { tr -d '\r\n' <"$1" | sha256sum | cut -c1-64; }
[ "$#" -eq 3 ] || { echo "usage: $0 TEMPLATE SLACK_PASSWORD_FILE WORKER_PASSWORD_FILE" >&2; exit 2; }
for file in "$2" "$3"; do
  [ -s "$file" ] || { echo "$file is missing or empty" >&2; exit 1; }
done
slack=$(hash_of "$2")
worker=$(hash_of "$3")
grep '^user ' "$1" | sed "s/SLACK_PASSWORD_SHA256/$slack/; s/WORKER_PASSWORD_SHA256/$worker/"
