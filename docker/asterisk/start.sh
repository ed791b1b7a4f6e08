#!/bin/sh
# The image's entrypoint: fills the configuration and becomes Asterisk, at real-time priority where
# that is allowed (ulimit rtprio). Asterisk's own -p does nothing unless root starts it.
set -eu
here=$(dirname "$(realpath "$0")")
set -- asterisk -fn
if chrt -r 10 true 2>/dev/null; then
    set -- chrt -r 10 "$@"
else
    echo "No real-time priority (ulimit rtprio: 10): on a busy machine the agent's voice falls behind." >&2
fi
exec "$here/fill.sh" "$here" /etc/asterisk "$@"
