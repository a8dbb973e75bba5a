// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import Foundation
import MicroCore

extension KubernetesAPI {
    /// The Leases.
    var leases: Resource {
        Resource(
            name: "leases", listKind: "LeaseList",
            path: "/apis/coordination.k8s.io/v1/namespaces/\(configuration.kubernetesNamespace)/leases")
    }

    /// Creates a Lease, or changes it
    /// ([server-side apply](https://kubernetes.io/docs/reference/using-api/server-side-apply/)).
    ///
    /// - Returns: Its version, and whether it was created.
    func apply(
        _ lease: Lease, by deadline: ContinuousClock.Instant
    ) async throws -> (version: String, created: Bool) {
        let name = lease.metadata.name ?? ""
        let body = try lease.yaml()
        return try await send(by: deadline) { timeout in
            Request(
                "PATCH",
                "\(leases.path)/\(name)?fieldManager=\(Self.fieldManager)&force=true&timeout=\(timeout.milliseconds)ms",
                body, "application/apply-patch+yaml")
        } reading: { response, server in
            let stored = try errors.decode(Lease.self, response, from: server)
            guard stored.metadata.name == name, let version = stored.metadata.resourceVersion else {
                throw MicroError.unexpectedResponse(server, "the response is not the Lease that was stored")
            }
            return (version, response.status == 201)
        }
    }

    /// Reads a Lease; nil if it does not exist.
    func lease(_ name: String, by deadline: ContinuousClock.Instant) async throws -> Lease? {
        try await ignoringMissingLease {
            try await send(by: deadline) { _ in
                Request("GET", "\(leases.path)/\(name)")
            } reading: { response, server in
                let lease = try errors.decode(Lease.self, response, from: server)
                guard lease.metadata.name == name else {
                    throw MicroError.unexpectedResponse(server, "the response is not the Lease that was requested")
                }
                return lease
            }
        }
    }

    /// Deletes a Lease. Succeeds if it does not exist.
    ///
    /// - Parameter unchanged: If present, the Lease is deleted only in this version.
    /// - Throws: ``/MicroCore/MicroError``; its ``/MicroCore/MicroError/kubernetesStatus`` has the code 409 if the Lease has
    ///   changed.
    func delete(
        _ name: String, ifUnchanged unchanged: ObjectMeta? = nil, by deadline: ContinuousClock.Instant
    ) async throws {
        let options = unchanged.map {
            DeleteOptions(preconditions: .init(uid: $0.uid, resourceVersion: $0.resourceVersion))
        }
        let body = try options.map { [UInt8](try JSONEncoder().encode($0)) }
        _ = try await ignoringMissingLease {
            try await send(by: deadline) { timeout in
                Request("DELETE", "\(leases.path)/\(name)?timeout=\(timeout.milliseconds)ms", body)
            } reading: { response, server in
                let kind = try errors.decode(TypeMeta.self, response, from: server).kind
                guard kind == "Status" || kind == "Lease" else {
                    throw MicroError.unexpectedResponse(server, "the response does not confirm the deletion")
                }
            }
        }
    }

    private func ignoringMissingLease<Value>(_ body: () async throws -> Value) async throws -> Value? {
        do { return try await body() } catch let error as MicroError
            where error.kubernetesStatus?.isMissing("leases") == true
        { return nil }
    }

    /// Lists the Leases that a selector matches.
    ///
    /// - Parameter selector: See ``KubernetesNames/selector(_:)``.
    func list(
        _ selector: String, from source: Source, by deadline: ContinuousClock.Instant
    ) async throws -> Snapshot<Lease> {
        try await list(leases, selector, from: source, by: deadline)
    }

    /// Whether the server has reached a version. A server that has lost its data has not.
    func hasReached(_ version: String, by deadline: ContinuousClock.Instant) async throws -> Bool {
        guard let version = UInt64(version) else { return false }
        return try await self.version(of: leases, by: deadline).map { $0 >= version } ?? false
    }

    /// Watches the Leases that a selector matches, starting at a version.
    func watch(
        _ selector: String, from version: String, by deadline: ContinuousClock.Instant
    ) async throws -> KubernetesWatchStream<Lease> {
        try await watch(leases, selector, from: version, by: deadline)
    }
}

/// The kind of an object.
private struct TypeMeta: Decodable, Sendable { let kind: String }

extension Duration {
    /// Whole milliseconds, at least one.
    fileprivate var milliseconds: Int64 {
        max(1, components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
    }
}
