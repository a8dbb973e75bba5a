// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import Foundation
import Logging
import MicroCore

/// The part of the Kubernetes API that the registry uses: one method per request.
struct KubernetesAPI: Sendable, CustomStringConvertible {
    /// The objects at one version.
    struct Snapshot<Object: Sendable>: Sendable {
        let version: String
        let objects: [Object]
    }

    /// A kind of object in the Kubernetes namespace.
    struct Resource: Sendable {
        /// Such as `leases`.
        let name: String
        /// The kind of a list of them, such as `LeaseList`.
        let listKind: String
        /// The path of the collection.
        let path: String
    }

    /// Where a list is read.
    enum Source: Sendable {
        /// From etcd, in pages: includes every earlier write.
        case storage
        /// From the server's cache, which must have reached a version.
        case cache(notOlderThan: String)
    }

    /// The name under which the server records the fields that this adapter sets.
    static let fieldManager = "swift-micro"
    private static let pageSize = 500

    let configuration: KubernetesConfiguration
    /// The server's clock.
    let clock = KubernetesClock()
    private let servers: FailoverRing
    private let http: BackendHTTPClient
    let errors: KubernetesErrorMapper
    private let token: KubernetesToken
    private let logger: Logger

    init(configuration: KubernetesConfiguration, logger: Logger) throws {
        self.configuration = configuration
        self.logger = logger
        servers = try configuration.makeServers()
        http = configuration.makeHTTPClient(maxConcurrentRequests: 16, maxIdleConnections: 4) {
            [("Accept", "application/json")]
        }
        token = KubernetesToken(constant: configuration.token, file: configuration.tokenFile)
        errors = KubernetesErrorMapper(
            namespace: configuration.kubernetesNamespace,
            hasCredentials: token.exists || configuration.curlTLS.hasClientCertificate)
    }

    var description: String { servers.description }

    /// The deadline of an operation that starts now.
    var deadline: ContinuousClock.Instant { .now + configuration.timeout }

    func close() async { await http.close() }

    // MARK: Lists and watches

    /// Lists the objects that a selector matches.
    ///
    /// - Parameter selector: Percent-encoded.
    func list<Object: Decodable & Sendable>(
        _ resource: Resource, _ selector: String, from source: Source, by deadline: ContinuousClock.Instant
    ) async throws -> Snapshot<Object> {
        switch source {
        case .cache(let version):
            let query = "&resourceVersion=\(version)&resourceVersionMatch=NotOlderThan"
            return try await page(resource, selector, query, by: deadline).snapshot
        case .storage:
            for _ in 0..<3 {
                do { return try await pages(resource, selector, by: deadline) } catch let error as MicroError
                    where error.kubernetesStatus?.isAboutVersion == true
                {
                    // The version of the first page was removed before the last page was read.
                }
            }
            throw MicroError(
                .unavailable, "\(self) removes versions faster than they can be read",
                origin: MicroError.Origin.registry)
        }
    }

    /// The current version of etcd; nil if it is not a number.
    ///
    /// The request has no selector, because with one, the server would read all objects that do not match.
    func version(of resource: Resource, by deadline: ContinuousClock.Instant) async throws -> UInt64? {
        let page: Page<Lease> = try await page("\(resource.path)?limit=1", resource, by: deadline)
        return UInt64(page.snapshot.version)
    }

    private func pages<Object: Decodable & Sendable>(
        _ resource: Resource, _ selector: String, by deadline: ContinuousClock.Instant
    ) async throws -> Snapshot<Object> {
        var (token, version, objects, size) = ("", String?.none, [Object](), 0)
        while true {
            let query = "&limit=\(Self.pageSize)" + (token.isEmpty ? "" : "&continue=\(token.queryEncoded)")
            let page: Page<Object> = try await page(resource, selector, query, by: deadline)
            objects += page.snapshot.objects
            size += page.size
            version = version ?? page.snapshot.version
            guard size <= configuration.maxResponseSize else {
                throw MicroError(
                    .internal, "\(self) has more than \(configuration.maxResponseSize) bytes of records",
                    origin: MicroError.Origin.registry)
            }
            guard !page.next.isEmpty else { return Snapshot(version: version ?? "", objects: objects) }
            token = page.next
        }
    }

    private struct Page<Object: Sendable>: Sendable {
        let snapshot: Snapshot<Object>
        /// The token of the next page; empty on the last page.
        let next: String
        let size: Int
    }

    private func page<Object: Decodable & Sendable>(
        _ resource: Resource, _ selector: String, _ query: String, by deadline: ContinuousClock.Instant
    ) async throws -> Page<Object> {
        try await page("\(resource.path)?labelSelector=\(selector)\(query)", resource, by: deadline)
    }

    private func page<Object: Decodable & Sendable>(
        _ target: String, _ resource: Resource, by deadline: ContinuousClock.Instant
    ) async throws -> Page<Object> {
        try await send(by: deadline) { _ in
            Request("GET", target)
        } reading: { response, server in
            let list = try errors.decode(ObjectList<FailableDecodable<Object>>.self, response, from: server)
            guard list.kind == resource.listKind, let version = list.metadata.resourceVersion, !version.isEmpty else {
                throw MicroError.unexpectedResponse(server, "the response is not a \(resource.listKind)")
            }
            let objects = list.items?.compactMap(\.value) ?? []
            let skipped = (list.items?.count ?? 0) - objects.count
            if skipped > 0 {
                logger.debug(
                    "objects of a list skipped",
                    metadata: ["resource": "\(resource.name)", "count": "\(skipped)", "cause": "unexpected fields"])
            }
            return Page(
                snapshot: Snapshot(version: version, objects: objects), next: list.metadata.continue ?? "",
                size: response.body.count)
        }
    }

    /// Watches the objects that a selector matches, starting at a version. Returns once the server has accepted the
    /// request.
    ///
    /// - Parameter selector: Percent-encoded.
    func watch<Object: Decodable & Sendable>(
        _ resource: Resource, _ selector: String, from version: String, by deadline: ContinuousClock.Instant
    ) async throws -> KubernetesWatchStream<Object> {
        let seconds = max(1, configuration.watchRenewalInterval(atMost: .seconds(3600)).components.seconds)
        let path =
            "\(resource.path)?watch=true&labelSelector=\(selector)&resourceVersion=\(version.queryEncoded)"
            + "&allowWatchBookmarks=true&timeoutSeconds=\(seconds)"
        return try await servers.firstResponse(within: deadline - .now) { server, timeout in
            try await token.withToken(timeout: timeout) { headers, timeout in
                let deadline = ContinuousClock.now + timeout
                let stream = try await http.stream(
                    BackendRequest("GET", path, headers: headers), from: server, timeout: timeout)
                let lines = LineStream(stream, from: server, maxLineLength: configuration.maxResponseSize)
                return try await KubernetesWatchStream(
                    lines, from: server, errors: errors, endsBefore: .now + .seconds(seconds) + configuration.timeout,
                    by: deadline)
            }
        }
    }

    // MARK: Requests

    /// A request that is sent to any of the servers.
    struct Request: Sendable {
        let method: String
        let path: String
        let body: [UInt8]?
        let contentType: String

        init(_ method: String, _ path: String, _ body: [UInt8]? = nil, _ contentType: String = "application/json") {
            self.method = method
            self.path = path
            self.body = body
            self.contentType = contentType
        }
    }

    /// Sends a request to one server after another. If all servers request a delay, the request is repeated after the
    /// delay if there is time.
    func send<Value: Sendable>(
        by deadline: ContinuousClock.Instant, _ request: (Duration) -> Request,
        reading read: (CurlResponse, BackendServer) throws -> Value
    ) async throws -> Value {
        while true {
            do { return try await sendOnce(by: deadline, request, reading: read) } catch let error as MicroError {
                guard let wait = error.retryAfter, .now + wait < deadline else { throw error }
                try await Task.sleep(for: max(wait, .milliseconds(100)))
            }
        }
    }

    private func sendOnce<Value: Sendable>(
        by deadline: ContinuousClock.Instant, _ request: (Duration) -> Request,
        reading read: (CurlResponse, BackendServer) throws -> Value
    ) async throws -> Value {
        try await servers.firstResponse(within: deadline - .now) { server, timeout in
            try await token.withToken(timeout: timeout) { headers, timeout in
                let request = request(timeout)
                let sent = ContinuousClock.now
                let response = try await http.response(
                    to: BackendRequest(
                        request.method, request.path, headers: headers, body: request.body,
                        contentType: request.contentType), from: server, timeout: timeout)
                if let date = response.headers["Date"].flatMap(ServerTime.init(httpDate:)) {
                    clock.observe(date: date, sent: sent, received: .now)
                }
                return try read(response, server)
            }
        }
    }
}

extension String {
    /// The text for a query, with everything except letters and digits percent-encoded.
    var queryEncoded: String {
        addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}
