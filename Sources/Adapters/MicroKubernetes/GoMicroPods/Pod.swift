// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The fields of a pod that the registry uses
/// ([Pod](https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/)).
struct Pod: Decodable, Sendable, Equatable {
    struct Status: Decodable, Sendable, Equatable {
        struct Condition: Decodable, Sendable, Equatable {
            let type: String?
            let status: String?
        }

        let phase: String?
        let conditions: [Condition]?
    }

    let metadata: ObjectMeta
    let status: Status?

    /// Whether its services can be called: it runs, is not being deleted, and is not known to be unready.
    var isServing: Bool {
        status?.phase == "Running" && metadata.deletionTimestamp == nil
            && status?.conditions?.contains { $0.type == "Ready" && $0.status == "False" } != true
    }
}
