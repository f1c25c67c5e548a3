# A Docker engine for tests and benchmarks, sourced by the scripts that need one: its socket and data are in a folder of
# its own, its images are made here out of this machine's programs, and it ends with the script. Without root or dockerd
# there is none, and what needs it is skipped with a reason. An engine that DOCKER_HOST names is used as it is.

engine_folder='' engine_pid=''

start_engine() {
    if [ -z "${DOCKER_HOST:-}" ]; then
        if [ "$(id -u)" -ne 0 ] || ! command -v dockerd > /dev/null; then
            echo "no Docker engine: tests of containers are skipped (dockerd and root are needed)" >&2
            return 0
        fi
        engine_folder=$(mktemp -d /tmp/weir-engine.XXXXXX)
        export DOCKER_HOST=unix://$engine_folder/docker.sock
        dockerd --data-root "$engine_folder/data" --exec-root "$engine_folder/exec" --host "$DOCKER_HOST" \
            --pidfile "$engine_folder/dockerd.pid" > "$engine_folder/log" 2>&1 < /dev/null &
        engine_pid=$!
        wait_for_engine || return 0
    fi
    docker image inspect weir-test:latest > /dev/null 2>&1 || make_test_image
}

wait_for_engine() {
    local try
    for try in $(seq 300); do
        docker version > /dev/null 2>&1 && return 0
        kill -0 "$engine_pid" 2> /dev/null || break
        sleep 0.1
    done
    echo "the Docker engine did not start, so tests of containers are skipped; its last words:" >&2
    tail -n 5 "$engine_folder/log" >&2
    return 1
}

# busybox for the commands, bash and git with the libraries that they are linked with.
make_test_image() {
    local root program library command
    root=$(mktemp -d)
    mkdir -p "$root"/{bin,etc,tmp}
    chmod 1777 "$root/tmp"
    for command in $(busybox --list); do ln -sf busybox "$root/bin/$command"; done
    rm "$root/bin/busybox"
    cp "$(command -v busybox)" "$root/bin/busybox"
    for program in bash git; do
        cp -L "$(command -v $program)" "$root/bin/"
        for library in $(ldd "$(command -v $program)" | grep -o '/[^ ]*'); do
            mkdir -p "$root$(dirname "$library")"
            cp -L "$library" "$root$library"
        done
    done
    printf 'root:x:0:0:root:/:/bin/sh\nguest:x:1234:1234::/tmp:/bin/sh\n' > "$root/etc/passwd"
    tar -C "$root" -c . | docker import --change 'ENV PATH=/bin' - weir-test:latest > /dev/null
    rm -r "$root"
}

stop_engine() {
    [ -n "$engine_pid" ] || return 0
    # The bridges of an engine stay on the machine when it ends.
    docker ps --all --quiet | xargs --no-run-if-empty docker rm --force > /dev/null 2>&1 || :
    docker network prune --force > /dev/null 2>&1 || :
    kill "$engine_pid" 2> /dev/null || return 0
    wait "$engine_pid" 2> /dev/null || :
    rm -rf -- "$engine_folder" || :
}
