# Sourced with $root and $stamp set. stale: true when a source is newer than the last build that ended well.
stale() {
    [ ! -f "$stamp" ] || [ -n "$(find "$root/src" "$root/examples" "$root/eng/stale.sh" "$root/eng/Precompile.targets" "$root/Directory.Build.props" \
        "$root/Directory.Packages.props" "$root/global.json" -newer "$stamp" -print -quit)" ]
}
