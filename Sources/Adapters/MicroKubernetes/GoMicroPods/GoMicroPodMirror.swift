// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import Synchronization

/// Copies the nodes that this client registers to the pod that it runs in, so that go-micro's plugin finds them.
///
/// The Lease is authoritative: this adapter never reads a copy. A copy stays until the node is deregistered or the pod
/// is deleted.
final class GoMicroPodMirror: Sendable {
    private struct State {
        /// By service and node ID.
        var nodes: [String: [String: ServiceRecord]] = [:]
        /// The services whose copies must be written.
        var outdated: Set<String> = []
        /// Services that were logged because they cannot be copied.
        var refused: Set<String> = []
    }

    private let api: KubernetesAPI
    private let logger: Logger
    private let lock = KeyedLock<Int>()
    private let state = Mutex(State())

    init(api: KubernetesAPI, logger: Logger) {
        self.api = api
        self.logger = logger
    }

    /// Copies a node. A failure is logged; the next heartbeat tries again.
    func store(_ node: Node, of service: ServiceRecord, by deadline: ContinuousClock.Instant) async {
        var record = service
        record.nodes = [node]
        let isRefused = state.withLock { state in
            guard GoMicroPods.canStore(service.name) else { return state.refused.insert(service.name).inserted }
            for (name, nodes) in state.nodes where name != service.name && nodes[node.id] != nil {
                state.nodes[name]?[node.id] = nil
                state.outdated.insert(name)
            }
            if state.nodes[service.name]?[node.id] != record {
                state.nodes[service.name, default: [:]][node.id] = record
                state.outdated.insert(service.name)
            }
            return false
        }
        if isRefused {
            logger.warning("service has a name that go-micro cannot find", metadata: ["service": "\(service.name)"])
        }
        await write(by: deadline)
    }

    /// Removes the copy of a node.
    func remove(_ node: Node, of service: ServiceRecord, by deadline: ContinuousClock.Instant) async {
        state.withLock { state in
            guard state.nodes[service.name]?.removeValue(forKey: node.id) != nil else { return }
            state.outdated.insert(service.name)
        }
        await write(by: deadline)
    }

    private func write(by deadline: ContinuousClock.Instant) async {
        do {
            try await lock.withLock([0]) {
                while let service = state.withLock({ $0.outdated.first }) {
                    let nodes = state.withLock { state in
                        state.outdated.remove(service)
                        return state.nodes[service] ?? [:]
                    }
                    do {
                        let records = nodes.sorted { $0.key < $1.key }.map(\.value)
                        try await api.patchOwnPod(try GoMicroPods.patch(service, records), by: deadline)
                    } catch {
                        state.withLock { _ = $0.outdated.insert(service) }
                        throw error
                    }
                }
            }
        } catch {
            logger.warning("copy of a record for go-micro failed", metadata: ["cause": "\(error)"])
        }
    }
}
