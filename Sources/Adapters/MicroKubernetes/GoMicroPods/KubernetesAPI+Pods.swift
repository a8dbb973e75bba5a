// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Foundation
import MicroCore

extension KubernetesAPI {
    private var pods: Resource {
        Resource(
            name: "pods", listKind: "PodList", path: "/api/v1/namespaces/\(configuration.kubernetesNamespace)/pods")
    }

    /// Lists the pods with records of go-micro for a service, or for any (nil).
    func listPods(_ service: String?, by deadline: ContinuousClock.Instant) async throws -> Snapshot<Pod> {
        try await list(pods, GoMicroPods.selector(service), from: .storage, by: deadline)
    }

    /// Watches the pods with records of go-micro, starting at a version.
    func watchPods(
        from version: String, by deadline: ContinuousClock.Instant
    ) async throws -> KubernetesWatchStream<Pod> {
        try await watch(pods, GoMicroPods.selector(nil), from: version, by: deadline)
    }

    /// Changes labels and annotations of the pod that this process runs in.
    func patchOwnPod(_ patch: GoMicroPods.Patch, by deadline: ContinuousClock.Instant) async throws {
        let name = configuration.podName ?? ""
        let body = [UInt8](try JSONEncoder.stable.encode(patch))
        try await send(by: deadline) { _ in
            Request("PATCH", "\(pods.path)/\(name)", body, "application/strategic-merge-patch+json")
        } reading: { response, server in
            guard try errors.decode(Pod.self, response, from: server).metadata.name == name else {
                throw MicroError.unexpectedResponse(server, "the response is not the pod that was changed")
            }
        }
    }
}
