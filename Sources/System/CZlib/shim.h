// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

#ifndef SWIFT_MICRO_CZLIB_SHIM_H
#define SWIFT_MICRO_CZLIB_SHIM_H

#if !__has_include(<zlib.h>)
#error "zlib headers not found. Debian/Ubuntu: apt-get install zlib1g-dev"
#endif

#include <zlib.h>

/// Wraps the macro `inflateInit`, which Swift cannot import.
static inline int czlib_inflate_init(z_stream *stream) {
    return inflateInit(stream);
}

#endif
