#!/usr/bin/env bash
# A real PBX for the tests and a telephone that knows TLS and SRTP: Asterisk 22 and baresip of Debian's
# unstable suite, unpacked into DIR beside the system and started through their own loader, so that
# the system's libraries stay as they are.
# Needs root for apt's cache only. About half a minute; nothing is done where DIR is complete.
set -euo pipefail
dir=$(realpath -m "$1")
[ "$dir/.ready" -nt "$0" ] && exit 0
root=$dir/root apt=$dir/apt
rm -rf "$root"
mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$root"
: >"$apt/status"
mirror=$(grep -rhoE '[a-z]+://[^ /]+/debian(/| |$)' /etc/apt --include='*.list' --include='*.sources' |
    sed -n '1s# *$##p' || true)
[ -n "$mirror" ] || { echo "no Debian mirror in /etc/apt: Asterisk 22 cannot be had here"; exit 1; }
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" >"$apt/sources.list"
options=(-qq -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o Dir::Etc::preferencesparts=/dev/null -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt"
    -o "Dir::State::status=$apt/status" -o "Dir::State::extended_states=$apt/extended"
    -o Debug::NoLocking=1 -o APT::Sandbox::User=root)
apt-get "${options[@]}" update
apt-get "${options[@]}" install -y --download-only --no-install-recommends \
    asterisk asterisk-moh-opsound-wav baresip-core libc6 >/dev/null
for deb in "$apt"/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x --skip-old-files -C "$root"
done
rm -rf "$apt"
for program in sbin/asterisk bin/baresip; do
    cat >"$dir/${program#*/}" <<END
#!/bin/sh
# What was unpacked, on its own C library.
root=\$(dirname "\$(realpath "\$0")")/root
lib=\$root/usr/lib/\$(uname -m)-linux-gnu
exec "\$lib"/ld-linux*.so.* --library-path "\$lib:\$lib/asterisk" "\$root/usr/$program" "\$@"
END
    chmod +x "$dir/${program#*/}"
done
"$dir/asterisk" -V
touch "$dir/.ready"
