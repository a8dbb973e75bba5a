// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A node that may be selected, with its load if the strategy needs it.
final class Candidate: Sendable {
    let node: Node
    let load: NodeLoad?

    init(_ node: Node, _ load: NodeLoad?) {
        self.node = node
        self.load = load
    }
}
