# Functions for scripts that build images of docker/Dockerfile. To be sourced by bash.

# Builds programs with the Swift of this machine, and copies them and the libraries of Swift that they need into a context for
# build_image.
prepare_prebuilt() { # context, products…
    local context=$1 bin program
    mkdir "$context/bin" "$context/lib"
    bin=$(swift build --show-bin-path)
    [[ -e $bin/$2 ]] || echo "${0##*/}: the first build compiles the dependencies; it takes some minutes" >&2
    for program in "${@:2}"; do
        swift build --product "$program"
        cp "$bin/$program" "$context/bin"
        ldd "$bin/$program" | awk '$3 ~ /\/swift\// { print $3 }' | xargs -r cp -nt "$context/lib"
    done
}

# Builds the image of a product: from the sources, or from a context with programs that were built before.
build_image() { # tag, product, [base image, context]
    if [[ -n ${3:-} ]]; then
        docker build -q -f docker/Dockerfile -t "$1" --target prebuilt --build-arg RUNTIME_IMAGE="$3" \
            --build-arg PRODUCT="$2" "$4"
    else
        # The layers of an earlier build are in the cache of the engine.
        docker image inspect "$1" >/dev/null 2>&1 ||
            echo "${0##*/}: the first build of $1 fetches and compiles the dependencies; it takes some minutes" >&2
        docker build -f docker/Dockerfile -t "$1" --build-arg PRODUCT="$2" .
    fi
}
