// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The body of an error response, and of a successful deletion: an object of kind `Status`
/// ([Status](https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/)).
struct KubernetesStatus: Error, Decodable, Sendable, Equatable {
    struct Details: Decodable, Sendable, Equatable {
        struct Cause: Decodable, Sendable, Equatable {
            let reason: String?
        }

        let name: String?
        /// The kind of object that the status is about, such as `leases`.
        let kind: String?
        let causes: [Cause]?
    }

    let kind: String
    let status: String?
    let message: String?
    /// The reason, such as `NotFound` or `Expired`.
    let reason: String?
    let code: Int?
    let details: Details?

    /// Reads a body; nil if it is not a status.
    init?(body: [UInt8]) {
        guard let status = try? JSONDecoder().decode(KubernetesStatus.self, from: Data(body)), status.kind == "Status"
        else { return nil }
        self = status
    }

    /// Whether the requested version is one that the server has not reached, or has removed from its history.
    var isAboutVersion: Bool {
        reason == "Expired" || reason == "Gone" || code == 410
            || details?.causes?.contains { $0.reason == "ResourceVersionTooLarge" } == true
    }

    /// Whether the object is missing, rather than the namespace.
    func isMissing(_ resource: String) -> Bool { reason == "NotFound" && details?.kind == resource }

    /// Whether a request exceeds a size limit of the server, of an annotation, or of etcd.
    var isAboutSize: Bool {
        code == 413 || [": Too long", "must have at most", "request is too large"].contains(where: text.contains)
    }

    /// The message; empty if there is none.
    var text: String { message ?? "" }
}
