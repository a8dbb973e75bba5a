// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroMemory
import Testing

@testable import Micro

/// The replicas of a shard.
@Suite(.timeLimit(.minutes(1))) struct SelectorShardTests {
    private let shard = SelectorShard(strategy: .random)

    /// The node that the shard selects without a view; nil without a replica.
    private func picked(_ service: String) -> String? {
        shard.pick(service, NodeFilter(), key: nil, avoiding: [])?.node.id
    }

    /// Runs a body with views of services with one node each, `NAME-1`.
    private func withViews(_ names: [String], _ body: ([ServiceView]) async throws -> Void) async throws {
        let registry = MemoryRegistry(backend: MemoryBackend())
        try await withThrowingTaskGroup(of: Void.self) { group in
            var views: [ServiceView] = []
            for name in names {
                let node = Node(id: "\(name)-1", address: "10.0.0.1", port: 80)
                try await registry.register(ServiceRecord(name: name, nodes: [node]), timeToLive: nil)
                let (view, watch) = (ServiceView(name: name, isEligible: { _ in true }), try registry.watch(name))
                group.addTask { await view.follow(watch) }
                _ = try await view.registryState(
                    until: .now + .seconds(30), orThrow: MicroError(.deadlineExceeded, "no state"))
                views.append(view)
            }
            try await body(views)
            group.cancelAll()
        }
        await registry.close()
    }

    @Test func removedServicesAreForgotten() async throws {
        try await withViews(["a", "b", "c"]) { views in
            for view in views {
                #expect(shard.pick(view, NodeFilter(), key: nil, avoiding: [])?.node.id == "\(view.name)-1")
            }
            #expect(picked("a") == "a-1" && picked("b") == "b-1" && picked("c") == "c-1")
            // The last replica takes the position of the removed one.
            shard.remove(["a", "unknown"])
            #expect(picked("a") == nil && picked("c") == "c-1" && picked("b") == "b-1")
            shard.remove(["b"])
            #expect(picked("b") == nil && picked("c") == "c-1")
            #expect(shard.pick(views[0], NodeFilter(), key: nil, avoiding: [])?.node.id == "a-1")
            #expect(picked("c") == "c-1" && picked("a") == "a-1")
        }
    }

    @Test func endedViewIsReplaced() async throws {
        try await withViews(["a", "b"]) { views in
            for view in views { #expect(shard.pick(view, NodeFilter(), key: nil, avoiding: []) != nil) }
            views[0].end()
            #expect(picked("a") == nil && picked("b") == "b-1")
            #expect(shard.pick(views[0], NodeFilter(), key: nil, avoiding: []) == nil)
            try await withViews(["a"]) { newer in
                #expect(shard.pick(newer[0], NodeFilter(), key: nil, avoiding: [])?.node.id == "a-1")
                #expect(picked("a") == "a-1" && picked("b") == "b-1")
            }
        }
    }
}
