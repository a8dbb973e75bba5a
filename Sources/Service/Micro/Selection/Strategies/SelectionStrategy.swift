// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
import Configuration
import MicroCore

/// The strategy that selects a node of a service. Every strategy takes constant time, regardless of the number of
/// nodes.
public enum SelectionStrategy: String, Sendable, CaseIterable {
    /// Random, with the same probability for each node.
    case random
    /// One node after the other.
    case roundRobin = "roundrobin"
    /// Consistent hashing: calls with the same ``CallOptions/key`` go to the same node, including calls of other
    /// clients. When a node is added or removed, only the keys next to it move. Calls without a key go to a random
    /// node.
    case consistentHash = "hash"
    /// The one of two random nodes with the lower expected latency, estimated from the durations of its recent calls
    /// and the number of this client's calls in flight (Mitzenmacher, "The Power of Two Choices in Randomized Load
    /// Balancing", 2001).
    case leastLoaded = "leastloaded"
    /// Random, in proportion to the `weight` in a node's metadata: 0…65,535; 1 if it is missing or malformed. A node of
    /// weight 0 is selected only if all nodes have weight 0.
    case weighted
}

extension SelectionStrategy {
    /// Reads `MICRO_SELECTOR`: the name of a strategy, or that of a selector of go-micro. `default`, `cache` and `registry` are random
    /// selection with cached nodes, as here; the others have no counterpart and are replaced by it with a warning.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` for any other name.
    init(setting name: String) throws {
        if let strategy = Self(rawValue: name) {
            self = strategy
            return
        }
        self = .random
        switch name {
        case "default", "cache", "registry": break
        case "blacklist", "dns", "first", "label", "named", "router", "shard", "static":
            SettingWarnings.shared.warn(
                variable: "MICRO_SELECTOR", value: name, replacement: Self.random.rawValue,
                effect: "this selector of Go Micro is not supported and was replaced: any node of a service is called",
                choices: Self.allCases.map(\.rawValue))
        default:
            let names = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw ConfigReader.malformed("micro.selector", name, expected: "one of \(names)")
        }
    }
}
