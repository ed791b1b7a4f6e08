#!/bin/sh
# Fills the @NAME@ places of this folder's configuration from variables of the same names:
#   fill.sh FROM TO [COMMAND...]
# FROM/*.conf go to TO, readable by their owner only, and COMMAND is then run in place of this
# script. Nothing is written where a variable is missing or holds what Asterisk would misread: all
# such are named, and the exit code is 1.
set -eu
[ $# -ge 2 ] || { echo "usage: fill.sh FROM TO [COMMAND...]" >&2; exit 2; }
from=$1 to=$2
shift 2
ways=" ${TRUNK_BY:-udp} ${PHONES_BY:-udp} " # udp or tls, each

# A transport that nobody uses is not opened, and needs no keys.
wanted() {
    case ${1##*/}$ways in
    transport-udp.conf*" udp "* | transport-tls.conf*" tls "*) ;;
    transport-*) return 1 ;;
    esac
}

complaints=$(
    for way in TRUNK_BY PHONES_BY; do
        case $(printenv "$way" || true) in
        udp | tls | "") ;; # an empty one is missing, which is told below
        *) echo "$way must be udp or tls" ;;
        esac
    done
    for file in "$from"/*.conf; do
        if wanted "$file"; then grep -o '@[A-Z_]*[A-Z]@' "$file" || true; fi
    done | tr -d @ | sort -u | while read -r name; do
        value=$(printenv "$name" || true)
        case $value in
        "") echo "$name is not set" ;;
        *[!][A-Za-z0-9._:/@\&+%=~!*,-]*)
            echo "$name may hold letters, digits and ._:/@&+%=~!*,[]- only" ;;
        esac
        if [ "$name" = TLS_KEYS ] && [ $# -gt 0 ]; then # to be read at once
            for key in pbx.crt pbx.key ca.crt; do
                [ -r "$value/$key" ] || echo "TLS_KEYS: $(id -un) cannot read $value/$key"
            done
        fi
    done
)
if [ -n "$complaints" ]; then
    echo "Asterisk's configuration cannot be filled (docker/README.md lists the variables):" >&2
    echo "$complaints" >&2
    exit 1
fi

umask 077
for file in "$from"/*.conf; do
    if wanted "$file"; then
        # In one pass: what a value holds is not looked at again.
        awk '{
            out = ""
            while (match($0, /@[A-Z_]*[A-Z]@/)) {
                out = out substr($0, 1, RSTART - 1) ENVIRON[substr($0, RSTART + 1, RLENGTH - 2)]
                $0 = substr($0, RSTART + RLENGTH)
            }
            print out $0
        }' "$file" >"$to/${file##*/}"
    else
        rm -f "$to/${file##*/}"
    fi
done
[ $# -eq 0 ] || exec "$@"
