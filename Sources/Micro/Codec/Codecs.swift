// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The codecs that a client or a server has, found by media type.
struct Codecs: Sendable {
    /// In the order of preference: a client writes in the first that can encode its request.
    let all: [any Codec]

    init(_ all: [any Codec]) { self.all = all }

    subscript(contentType: String) -> (any Codec)? {
        all.first { $0.contentTypes.contains(contentType) }
    }
}
