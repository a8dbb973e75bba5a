// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Foundation
import MicroCore

/// etcd's JSON gateway, as far as it is used: one method for each request.
struct EtcdAPI: Sendable, CustomStringConvertible {
    /// What was there at one revision.
    struct Snapshot: Sendable {
        let header: ResponseHeader
        let entries: [KeyValue]
    }

    let configuration: EtcdConfiguration
    private let servers: FailoverRing
    private let http: EtcdHTTP
    private let session: EtcdSession

    init(configuration: EtcdConfiguration) throws {
        self.configuration = configuration
        servers = FailoverRing(.etcd, urls: try configuration.baseURLs())
        http = EtcdHTTP(configuration: configuration)
        session = EtcdSession(http: http, credentials: try configuration.credentials())
    }

    var description: String { servers.description }

    /// When an operation that begins now has to be over.
    var deadline: ContinuousClock.Instant { .now + configuration.timeout }

    func close() async { await http.close() }

    /// Makes a lease, and returns its time to live in seconds, which may be longer than the one asked for.
    func grant(_ lease: Int64, seconds: Int64, by deadline: ContinuousClock.Instant) async throws -> Int64 {
        let request = LeaseRequest(lease, timeToLive: seconds)
        do {
            let response = try await post("/v3/lease/grant", request, as: LeaseResponse.self, by: deadline)
            return max(response.timeToLive, 1)
        } catch let error as MicroError where error.hasGRPCCode(EtcdServerError.Code.failedPrecondition) {
            // It is there already: the first of two attempts had arrived.
            return try await keepAlive(lease, by: deadline) ?? seconds
        }
    }

    /// Refreshes a lease, and returns its time to live in seconds; nil when it is gone.
    func keepAlive(_ lease: Int64, by deadline: ContinuousClock.Instant) async throws -> Int64? {
        let response = try await post(
            "/v3/lease/keepalive", LeaseRequest(lease), as: StreamResult<LeaseResponse>.self, by: deadline)
        return response.result.timeToLive > 0 ? response.result.timeToLive : nil
    }

    /// Ends a lease, and deletes its key. One that is not there has ended already.
    func revoke(_ lease: Int64, by deadline: ContinuousClock.Instant) async throws {
        struct Response: Decodable, Sendable { let header: ResponseHeader }
        do {
            _ = try await post("/v3/lease/revoke", LeaseRequest(lease), as: Response.self, by: deadline)
        } catch let error as MicroError where error.hasGRPCCode(EtcdServerError.Code.notFound) {}
    }

    /// Stores a value.
    ///
    /// - Parameters:
    ///   - lease: The lease that the key belongs to; zero for none.
    ///   - others: Keys that are deleted with it.
    ///   - condition: What the key is like if it needs not be stored; nil to store it in any case.
    /// - Returns: The revision, and whether the key was there before; nil if it was not stored.
    func put(
        _ key: String, _ value: [UInt8], lease: Int64, deleting others: [String], unless condition: EtcdKeyCondition?,
        by deadline: ContinuousClock.Instant
    ) async throws -> (revision: Int64, existed: Bool)? {
        let steps =
            [TxnRequest.RequestOp.count(key), .put(key, value: value, lease: lease)] + others.map { .delete($0) }
        let transaction =
            condition.map { TxnRequest(compare: [.init(key, is: $0)], failure: steps) }
            ?? TxnRequest(success: steps)
        let response = try await post("/v3/kv/txn", transaction, as: TxnResponse.self, by: deadline)
        guard let count = response.responses?.first?.range else { return nil }
        return (response.header.revision, count.count > 0)
    }

    /// Deletes keys, whosoever they are. Those that are not there are deleted already.
    func delete(_ keys: some Sequence<String>, by deadline: ContinuousClock.Instant) async throws {
        let transaction = TxnRequest(success: keys.map { .delete($0) })
        _ = try await post("/v3/kv/txn", transaction, as: TxnResponse.self, by: deadline)
    }

    /// What is there in a range of keys, read in pages of one revision.
    ///
    /// - Parameter keysOnly: Whether the values are left out.
    func read(
        _ range: KeyRange, keysOnly: Bool = false, by deadline: ContinuousClock.Instant
    ) async throws -> Snapshot {
        try await servers.firstResponse(within: deadline - .now) { server, limit in
            let deadline = ContinuousClock.now + limit
            for _ in 0..<3 {
                do { return try await pages(of: range, keysOnly: keysOnly, at: server, by: deadline) } catch let error
                    as MicroError where error.hasGRPCCode(EtcdServerError.Code.outOfRange)
                {
                    // The revision of the first page was compacted before the last one was read.
                }
            }
            throw MicroError(
                .unavailable, "\(server) compacts faster than it can be read", origin: MicroError.Origin.registry)
        }
    }

    private func pages(
        of range: KeyRange, keysOnly: Bool, at server: BackendServer, by deadline: ContinuousClock.Instant
    ) async throws -> Snapshot {
        var (range, first, entries, size) = (range, ResponseHeader?.none, [KeyValue](), 0)
        while true {
            let request = RangeRequest(
                range, limit: keysOnly ? 10_000 : 1000, revision: first?.revision ?? 0,
                serializable: configuration.consistency == .serializable, keysOnly: keysOnly)
            let page = try await session.withToken(server, within: deadline - .now) { token, limit in
                try await http.post(
                    "/v3/kv/range", request, as: RangeResponse.self, token: token, at: server, within: limit)
            }
            let header = first ?? page.value.header
            entries += page.value.kvs ?? []
            size += page.size
            guard size <= configuration.maxResponseSize else {
                throw MicroError(
                    .internal, "\(server) has more than \(configuration.maxResponseSize) bytes of records",
                    origin: MicroError.Origin.registry)
            }
            guard page.value.more ?? false else { return Snapshot(header: header, entries: entries) }
            guard let last = page.value.kvs?.last else {
                throw MicroError.unexpectedResponse(server, "there is more of an empty answer")
            }
            first = header
            range.start = last.key + [0]
        }
    }

    /// Follows the changes in a range of keys, from a revision on. The first message, which tells that the watch was
    /// created, is read already.
    func watch(
        _ range: KeyRange, from revision: Int64, by deadline: ContinuousClock.Instant
    ) async throws -> EtcdWatchStream {
        let request = WatchRequest(range, from: revision)
        return try await servers.firstResponse(within: deadline - .now) { server, limit in
            try await session.withToken(server, within: limit) { token, limit in
                let deadline = ContinuousClock.now + limit
                let stream = try await http.stream("/v3/watch", request, token: token, at: server, within: limit)
                return try await EtcdWatchStream(stream, at: server, http: http, by: deadline)
            }
        }
    }

    private func post<Response: Decodable & Sendable>(
        _ path: String, _ body: some Encodable & Sendable, as type: Response.Type, by deadline: ContinuousClock.Instant
    ) async throws -> Response {
        try await servers.firstResponse(within: deadline - .now) { server, limit in
            try await session.withToken(server, within: limit) { token, limit in
                try await http.post(path, body, as: type, token: token, at: server, within: limit).value
            }
        }
    }
}

/// What a key is like.
enum EtcdKeyCondition: Sendable {
    case lease(Int64)
    case revision(Int64)
}
