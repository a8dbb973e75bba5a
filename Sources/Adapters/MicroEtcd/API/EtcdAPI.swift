// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import Foundation
import MicroCore

/// The part of etcd's JSON gateway that the registry uses: one method per request.
struct EtcdAPI: Sendable, CustomStringConvertible {
    /// The entries at one revision.
    struct Snapshot: Sendable {
        let header: ResponseHeader
        let entries: [KeyValue]
    }

    /// A condition that holds if a value is already stored.
    enum StoredCondition: Sendable {
        /// The key belongs to the lease.
        case lease(Int64)
        /// The key was last changed at the revision.
        case revision(Int64)
    }

    let configuration: EtcdConfiguration
    private let members: FailoverRing
    private let http: BackendHTTPClient
    private let errors: EtcdErrorMapper
    private let session: EtcdSession

    init(configuration: EtcdConfiguration) throws {
        self.configuration = configuration
        members = try configuration.makeServers()
        // With this header, a member without a leader returns an error and ends its watches. Otherwise, they would stay
        // open without events.
        let headers = configuration.consistency == .linearizable ? [("Grpc-Metadata-hasleader", "true")] : []
        // More concurrent requests would not be faster.
        http = configuration.makeHTTPClient(maxConcurrentRequests: 16, maxIdleConnections: 4) { headers }
        errors = EtcdErrorMapper(hasUser: configuration.user != nil)
        session = EtcdSession(http: http, errors: errors, credentials: try configuration.credentials())
    }

    var description: String { members.description }

    /// The hosts and ports of all servers.
    var addresses: [Address] { members.addresses }

    /// The deadline of an operation that starts now.
    var deadline: ContinuousClock.Instant { .now + configuration.timeout }

    func close() async { await http.close() }

    // MARK: Leases

    /// Grants a lease.
    ///
    /// - Returns: The time to live in seconds, which may be longer than requested.
    func grant(_ lease: Int64, seconds: Int64, by deadline: ContinuousClock.Instant) async throws -> Int64 {
        let request = LeaseGrantRequest(id: lease, timeToLive: seconds)
        do {
            let response = try await post("/v3/lease/grant", request, as: LeaseGrantResponse.self, by: deadline)
            return max(response.timeToLive, 1)
        } catch let error as MicroError where error.hasGRPCCode(EtcdServerError.Code.failedPrecondition) {
            // The lease exists, because an earlier attempt was received.
            return try await keepAlive(lease, by: deadline) ?? seconds
        }
    }

    /// Renews a lease.
    ///
    /// - Returns: The time to live in seconds; nil if the lease does not exist.
    func keepAlive(_ lease: Int64, by deadline: ContinuousClock.Instant) async throws -> Int64? {
        let response = try await post(
            "/v3/lease/keepalive", LeaseKeepAliveRequest(id: lease), as: StreamResult<LeaseKeepAliveResponse>.self,
            by: deadline)
        return response.result.timeToLive > 0 ? response.result.timeToLive : nil
    }

    /// Revokes a lease, and deletes its key. Succeeds if the lease does not exist.
    func revoke(_ lease: Int64, by deadline: ContinuousClock.Instant) async throws {
        do {
            _ = try await post(
                "/v3/lease/revoke", LeaseRevokeRequest(id: lease), as: LeaseRevokeResponse.self, by: deadline)
        } catch let error as MicroError where error.hasGRPCCode(EtcdServerError.Code.notFound) {}
    }

    // MARK: Keys

    /// Stores a value.
    ///
    /// - Parameters:
    ///   - lease: The lease of the key; zero for none.
    ///   - others: Keys to delete in the same transaction.
    ///   - condition: If it holds, the value is not stored; nil to always store it.
    /// - Returns: The revision, and whether the key existed; nil if the value was not stored.
    func put(
        _ key: String, _ value: [UInt8], lease: Int64, deleting others: [String], unless condition: StoredCondition?,
        by deadline: ContinuousClock.Instant
    ) async throws -> (revision: Int64, existed: Bool)? {
        let operations =
            [TxnRequest.RequestOp.count(key), .put(key, value: value, lease: lease)] + others.map { .delete($0) }
        let transaction =
            condition.map { TxnRequest(compare: [.init(key, $0)], failure: operations) }
            ?? TxnRequest(success: operations)
        let response = try await post("/v3/kv/txn", transaction, as: TxnResponse.self, by: deadline)
        guard let count = response.responses?.first?.range else { return nil }
        return (response.header.revision, count.count > 0)
    }

    /// Deletes keys, regardless of owner. Succeeds for keys that do not exist.
    func delete(_ keys: some Sequence<String>, by deadline: ContinuousClock.Instant) async throws {
        let transaction = TxnRequest(success: keys.map { .delete($0) })
        _ = try await post("/v3/kv/txn", transaction, as: TxnResponse.self, by: deadline)
    }

    /// Reads a range of keys, in pages at one revision.
    ///
    /// - Parameter keysOnly: Whether to omit the values.
    func read(
        _ range: KeyRange, keysOnly: Bool = false, by deadline: ContinuousClock.Instant
    ) async throws -> Snapshot {
        try await members.firstResponse(within: deadline - .now) { member, timeout in
            let deadline = ContinuousClock.now + timeout
            for _ in 0..<3 {
                do {
                    return try await pages(of: range, keysOnly: keysOnly, from: member, by: deadline)
                } catch let error as MicroError where error.hasGRPCCode(EtcdServerError.Code.outOfRange) {
                    // The revision of the first page was compacted before the last page was read.
                }
            }
            throw MicroError(
                .unavailable, "\(member) compacts revisions faster than they can be read",
                origin: MicroError.Origin.registry)
        }
    }

    private func pages(
        of range: KeyRange, keysOnly: Bool, from member: BackendServer, by deadline: ContinuousClock.Instant
    ) async throws -> Snapshot {
        var (range, first, entries, size) = (range, ResponseHeader?.none, [KeyValue](), 0)
        while true {
            let request = RangeRequest(
                range, limit: keysOnly ? 10_000 : 1000, revision: first?.revision ?? 0,
                serializable: configuration.consistency == .serializable, keysOnly: keysOnly)
            let page = try await post("/v3/kv/range", request, as: RangeResponse.self, to: member, by: deadline)
            let header = first ?? page.value.header
            entries += page.value.kvs ?? []
            size += page.size
            guard size <= configuration.maxResponseSize else {
                throw MicroError(
                    .internal, "\(member) has more than \(configuration.maxResponseSize) bytes of records",
                    origin: MicroError.Origin.registry)
            }
            guard page.value.more ?? false else { return Snapshot(header: header, entries: entries) }
            guard let last = page.value.kvs?.last else {
                throw MicroError.unexpectedResponse(member, "an empty page is not the last one")
            }
            first = header
            range.start = last.key + [0]
        }
    }

    // MARK: Watches

    /// Watches a range of keys, starting at a revision. Returns once etcd has created the watch.
    func watch(
        _ range: KeyRange, from revision: Int64, by deadline: ContinuousClock.Instant
    ) async throws -> EtcdWatchStream {
        let body = [UInt8](try JSONEncoder().encode(WatchRequest(range, from: revision)))
        return try await members.firstResponse(within: deadline - .now) { member, timeout in
            try await session.withToken(at: member, timeout: timeout) { headers, timeout in
                let deadline = ContinuousClock.now + timeout
                let request = BackendRequest("POST", "/v3/watch", headers: headers, body: body)
                let stream = EtcdStream(
                    try await http.stream(request, from: member, timeout: timeout), from: member, errors: errors,
                    maxMessageSize: configuration.maxResponseSize)
                return try await EtcdWatchStream(stream, from: member, errors: errors, by: deadline)
            }
        }
    }

    // MARK: Requests

    private func post<Response: Decodable & Sendable>(
        _ path: String, _ body: some Encodable & Sendable, as type: Response.Type, by deadline: ContinuousClock.Instant
    ) async throws -> Response {
        let result = try await members.firstResponse(within: deadline - .now) {
            member, timeout -> Result<Response, MicroError> in
            do {
                return .success(try await post(path, body, as: type, to: member, by: .now + timeout).value)
            } catch let error as MicroError where error.hasGRPCCode(EtcdServerError.Code.notFound) {
                // All members have the same leases, so another member would not succeed.
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func post<Response: Decodable & Sendable>(
        _ path: String, _ body: some Encodable & Sendable, as type: Response.Type, to member: BackendServer,
        by deadline: ContinuousClock.Instant
    ) async throws -> (value: Response, size: Int) {
        let body = [UInt8](try JSONEncoder().encode(body))
        return try await session.withToken(at: member, timeout: deadline - .now) { headers, timeout in
            let request = BackendRequest("POST", path, headers: headers, body: body)
            let response = try await http.response(to: request, from: member, timeout: timeout)
            return (try errors.decode(type, response, from: member), response.body.count)
        }
    }
}
