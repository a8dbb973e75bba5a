// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// How a selector chooses among the nodes of a service, in a time that does not grow with their number.
public enum SelectionStrategy: String, Sendable, CaseIterable {
    /// Each node with the same chance.
    case random
    /// One after the other.
    case roundRobin = "roundrobin"
    /// Calls with the same ``CallOptions/key`` go to the same node, also from other clients, as long as it is there; when
    /// nodes come or go only the keys next to them move. Calls without a key go to any.
    case consistentHash = "hash"
    /// Of two nodes at random the one that is expected to answer sooner: by the time that its last calls took and the number
    /// of this client's calls that it has not answered yet (Mitzenmacher, "The Power of Two Choices in Randomized Load
    /// Balancing", 2001).
    case leastLoaded = "leastloaded"
    /// At random, each node as often as its metadata say: `weight`, 0…65,535, is 1 if it is missing or no such number. A
    /// node of weight 0 gets no calls unless all are.
    case weighted
}
