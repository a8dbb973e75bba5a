// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// A node that may be selected.
///
/// Each shard of a selector has its own candidates, so that threads do not contend for their reference counts.
final class Candidate: Sendable {
    let node: Node
    /// The load of the node; nil if the strategy does not need it.
    let load: NodeLoad?
    /// The service of the node.
    let view: ServiceView

    init(_ node: Node, _ load: NodeLoad?, _ view: ServiceView) {
        self.node = node
        self.load = load
        self.view = view
    }
}
