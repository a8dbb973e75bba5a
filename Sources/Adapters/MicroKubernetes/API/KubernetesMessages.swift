// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// An object of `coordination.k8s.io/v1`
/// ([Lease](https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/)).
struct Lease: Codable, Sendable, Equatable {
    var apiVersion: String? = "coordination.k8s.io/v1"
    var kind: String? = "Lease"
    var metadata: ObjectMeta
    var spec: LeaseSpec?
}

/// The fields of `ObjectMeta` that the registry uses.
struct ObjectMeta: Codable, Sendable, Equatable {
    var name: String?
    var uid: String?
    var resourceVersion: String?
    var deletionTimestamp: String?
    var labels: [String: String]?
    var annotations: [String: String]?
    var ownerReferences: [OwnerReference]?
}

/// Deletes an object together with its owner.
struct OwnerReference: Codable, Sendable, Equatable {
    let apiVersion: String
    let kind: String
    let name: String
    let uid: String
}

/// The contents of a Lease.
struct LeaseSpec: Codable, Sendable, Equatable {
    var holderIdentity: String?
    /// Above zero; nil for a Lease that does not expire.
    var leaseDurationSeconds: Int?
    /// `MicroTime`: RFC 3339 with microseconds.
    var renewTime: String?
}

/// The response to a list of objects.
struct ObjectList<Item: Decodable & Sendable>: Decodable, Sendable {
    struct ListMeta: Decodable, Sendable {
        let resourceVersion: String?
        /// The token of the next page; nil or empty on the last page.
        let `continue`: String?
    }

    let kind: String
    let metadata: ListMeta
    let items: [Item]?
}

/// A line of a watch.
struct WatchEvent<Object: Decodable & Sendable>: Decodable, Sendable {
    enum Kind: String, Decodable, Sendable {
        case added = "ADDED"
        case modified = "MODIFIED"
        case deleted = "DELETED"
        /// The object has only a resource version: all changes up to that version have been sent.
        case bookmark = "BOOKMARK"
    }

    let type: Kind
    let object: Object
}

/// The line that ends a watch: `{"type":"ERROR","object":{…}}`.
struct WatchError: Decodable, Sendable {
    let type: String
    let object: KubernetesStatus
}

/// The body of a guarded deletion.
struct DeleteOptions: Encodable, Sendable {
    struct Preconditions: Encodable, Sendable {
        let uid: String?
        let resourceVersion: String?
    }

    let apiVersion = "v1"
    let kind = "DeleteOptions"
    let preconditions: Preconditions
}
