// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import Foundation
import MicroCore
import Synchronization

/// The part of Consul's HTTP API that the registry uses: one method per request.
///
/// Names and IDs are in Consul's form, with the prefix of the namespace.
struct ConsulAPI: Sendable, CustomStringConvertible {
    /// A response, and the index for the next blocking query.
    struct Indexed<Value: Sendable>: Sendable {
        let value: Value
        let index: ConsulIndex
    }

    let configuration: ConsulConfiguration
    private let agents: FailoverRing
    /// For registrations and heartbeats, so that reads and watches cannot take their connection.
    private let registrations: BackendHTTPClient
    /// For reads, one at a time, and the blocking query of watches.
    private let queries: BackendHTTPClient
    private let changesPath = ChangesPath()
    private let errors: ConsulErrorMapper
    private let aclChecker: ConsulACLChecker
    private let readParameters: [String]

    init(configuration: ConsulConfiguration) throws {
        let token = configuration.token
        self.configuration = configuration
        agents = try configuration.makeServers()
        readParameters = try configuration.readParameters()
        errors = ConsulErrorMapper(hasToken: token != nil)
        // By default, Consul accepts 200 connections per client address, which all processes of a host share. A process
        // needs at most three: for registrations, for reads, and for its watches.
        func makeClient() -> BackendHTTPClient {
            configuration.makeHTTPClient(maxConcurrentRequests: 1, maxIdleConnections: 1) {
                token.map { [("X-Consul-Token", $0.reveal())] } ?? []
            }
        }
        registrations = makeClient()
        queries = makeClient()
        aclChecker = ConsulACLChecker(http: queries, errors: errors, parameters: readParameters)
    }

    var description: String { agents.description }

    /// The hosts and ports of all servers.
    var addresses: [Address] { agents.addresses }

    /// The maximum time that Consul holds a blocking query. Without a wait it would be five minutes; Consul's maximum is
    /// ten.
    var maxWait: Duration { configuration.watchRenewalInterval(atMost: .seconds(600)) }

    func close() async {
        await registrations.close()
        await queries.close()
    }

    // MARK: Registrations

    /// Registers a service instance, or passes its TTL check if that is enough. An instance of another service with the
    /// same ID is removed first: Consul does not end the blocking queries of the old service when an instance is
    /// renamed.
    ///
    /// - Parameter agent: The agent that should have exactly this registration; nil if none has.
    /// - Returns: The agent that has it now, and whether it had an instance that was not critical; nil if its check was
    ///   passed.
    func register(
        _ registration: AgentServiceRegistration, refreshingAt agent: BackendServer?
    ) async throws -> (agent: BackendServer, existed: Bool?) {
        // Otherwise, a registration without a check keeps the check of an earlier one, and expires with it.
        let parameters = registration.check == nil ? ["replace-existing-checks=true"] : []
        let request = BackendRequest(
            "PUT", "/v1/agent/service/register".appendingQuery(parameters),
            body: [UInt8](try JSONEncoder.stable.encode(registration)))
        return try await agents.firstResponse(within: configuration.timeout, startingAt: agent) { server, timeout in
            let deadline = ContinuousClock.now + timeout
            if server == agent, try await passCheck(of: registration.id, at: server, timeout: timeout) {
                return (server, nil)
            }
            let instance = try await instance(registration.id, at: server, timeout: deadline - .now)
            if let instance, instance.service.name != registration.name {
                try await remove(registration.id, at: server, timeout: deadline - .now)
            }
            let response = try await registrations.response(to: request, from: server, timeout: deadline - .now)
            try errors.check(response, from: server)
            return (server, instance.map { !$0.isCritical } ?? false)
        }
    }

    /// Reads the instance with an ID from an agent; nil if the agent does not have it.
    private func instance(
        _ id: String, at agent: BackendServer, timeout: Duration
    ) async throws -> AgentServiceHealth? {
        let request = BackendRequest("GET", "/v1/agent/health/service/id/\(id.percentEncodedPath)?format=json")
        let response = try await registrations.response(to: request, from: agent, timeout: timeout)
        if response.status == 404 { return nil }
        // The status also represents the state of the checks: 200 passing, 429 warning, 503 critical.
        if [200, 429, 503].contains(response.status),
            let instance = try? JSONDecoder().decode(AgentServiceHealth.self, from: response.body)
        {
            return instance
        }
        try errors.check(response, from: agent)
        throw MicroError.unexpectedResponse(agent, "the response is not Consul's JSON")
    }

    /// Passes the TTL check of a service instance.
    ///
    /// - Returns: False if the agent does not have the check: it was lost.
    private func passCheck(of id: String, at agent: BackendServer, timeout: Duration) async throws -> Bool {
        let request = BackendRequest("PUT", "/v1/agent/check/pass/service:\(id.percentEncodedPath)")
        let response = try await registrations.response(to: request, from: agent, timeout: timeout)
        // Consul 1.8 responds with 500, newer versions with 404.
        if response.status == 404 { return false }
        if response.status == 500,
            ["does not have associated TTL", "Unknown check"].contains(where: response.text.contains)
        {
            return false
        }
        try errors.check(response, from: agent)
        return true
    }

    /// Removes an instance of a service. Succeeds if the instance does not exist or belongs to another service.
    ///
    /// - Parameter agent: The agent that has it; nil for the first that responds.
    func deregister(_ id: String, of name: String, at agent: BackendServer?) async throws {
        func removeFromService(at agent: BackendServer, timeout: Duration) async throws {
            let deadline = ContinuousClock.now + timeout
            guard try await instance(id, at: agent, timeout: timeout)?.service.name == name else { return }
            try await remove(id, at: agent, timeout: deadline - .now)
        }
        if let agent { return try await removeFromService(at: agent, timeout: configuration.timeout) }
        try await agents.firstResponse(within: configuration.timeout) {
            try await removeFromService(at: $0, timeout: $1)
        }
    }

    private func remove(_ id: String, at agent: BackendServer, timeout: Duration) async throws {
        let request = BackendRequest("PUT", "/v1/agent/service/deregister/\(id.percentEncodedPath)")
        let response = try await registrations.response(to: request, from: agent, timeout: timeout)
        // Without an instance, Consul 1.8 responds with 200, or 500 if ACLs are enforced; newer versions with 404.
        if response.status == 404 || (response.status == 500 && response.text.contains("Unknown service")) { return }
        try errors.check(response, from: agent)
    }

    // MARK: Queries

    /// Reads the instances of a service with their checks.
    ///
    /// - Parameters:
    ///   - index: Waits until the result is newer than this index; nil reads the current result.
    ///   - wait: The maximum wait.
    func health(
        of name: String, after index: ConsulIndex? = nil, waiting wait: Duration = .zero
    ) async throws -> Indexed<[ServiceEntry]> {
        try await query("/v1/health/service/\(name)", after: index, waiting: wait) { response, agent, deadline in
            let elements = try decode([FailableDecodable<ServiceEntry>].self, response, from: agent)
            if elements.allSatisfy({ $0.value == nil }) {
                try await aclChecker.check(service: name, response, at: agent, by: deadline)
            }
            // Consul compares names without regard to case.
            return elements.compactMap(\.value).filter { $0.service.name == name }
        }
    }

    /// Reads the names of all services with a prefix, each with the tags of all its instances.
    ///
    /// - Parameter allowsFilteredResult: Whether to accept an empty result that only means that the token may not read
    ///   any service.
    func services(
        withPrefix prefix: String, allowsFilteredResult: Bool = false
    ) async throws -> Indexed<[String: [String]]> {
        try await query("/v1/catalog/services") { response, agent, deadline in
            let elements = try decode([String: FailableDecodable<[String]>].self, response, from: agent)
            let services = elements.filter { $0.key.hasPrefix(prefix) }.mapValues { $0.value ?? [] }
            if services.isEmpty, !allowsFilteredResult {
                try await aclChecker.check(prefix: prefix, response, at: agent, by: deadline)
            }
            return services
        }
    }

    /// Reads the checks of all nodes and services.
    func checks() async throws -> Indexed<[HealthCheck]> {
        try await query("/v1/health/state/any") { response, agent, _ in
            try decode([FailableDecodable<HealthCheck>].self, response, from: agent).compactMap(\.value)
        }
    }

    /// Waits for a change of any service, instance or check. The result has only an index.
    ///
    /// An undocumented query of Consul's UI. No documented query covers both failing checks and instances without
    /// checks. If it is not available, the checks are watched, and other changes are noticed when the wait ends.
    func changes(after index: ConsulIndex?, waiting wait: Duration) async throws -> Indexed<Void> {
        do {
            return try await query(changesPath.current, after: index, waiting: wait) { _, _, _ in }
        } catch let error as MicroError where changesPath.useFallback(after: error) {
            return try await query(changesPath.current) { _, _, _ in }
        }
    }

    /// Sends a query, as a blocking query if there is an index.
    private func query<Value>(
        _ path: String, after index: ConsulIndex? = nil, waiting wait: Duration = .zero,
        _ convert: (CurlResponse, BackendServer, ContinuousClock.Instant) async throws -> Value
    ) async throws -> Indexed<Value> {
        do {
            return try await agents.firstResponse(within: configuration.timeout) { agent, timeout in
                // An index from another agent may belong to another history.
                let index = index.flatMap { $0.agent == agent ? $0 : nil }
                let parameters = index.map { ["index=\($0.value)", "wait=\(wait.milliseconds)ms"] } ?? []
                let request = BackendRequest("GET", path.appendingQuery(readParameters + parameters))
                // Consul adds up to a sixteenth of the wait to spread its load.
                let maxWait = index == nil ? .zero : wait + wait / 16
                let deadline = ContinuousClock.now + timeout + maxWait
                let response =
                    index == nil
                    ? try await queries.response(to: request, from: agent, timeout: timeout)
                    : try await queries.response(to: request, from: agent, waiting: maxWait, timeout: timeout)
                try errors.check(response, from: agent)
                // A response without an index is not from Consul, and must not be read as "none".
                guard let number = response.headers["X-Consul-Index"].flatMap(UInt64.init) else {
                    throw MicroError.unexpectedResponse(agent, "the response has no X-Consul-Index")
                }
                let value = try await convert(response, agent, deadline)
                return Indexed(value: value, index: ConsulIndex(value: number, agent: agent))
            }
        } catch let error as MicroError {
            // The permissions of the token may have changed by the time the agent responds again.
            aclChecker.invalidate()
            throw error
        }
    }

    private func decode<Value: Decodable>(
        _ type: Value.Type, _ response: CurlResponse, from agent: BackendServer
    ) throws -> Value {
        do { return try JSONDecoder().decode(type, from: response.body) } catch {
            throw MicroError.unexpectedResponse(agent, "the response is not Consul's JSON")
        }
    }
}

/// A point in the history of a query's results, as counted by one agent.
struct ConsulIndex: Sendable, Equatable {
    let value: UInt64
    let agent: BackendServer
}

/// The query that returns when anything has changed.
private final class ChangesPath: Sendable {
    private let isFallback = Atomic<Bool>(false)

    var current: String {
        isFallback.load(ordering: .relaxed) ? "/v1/health/state/any" : "/v1/internal/ui/services"
    }

    /// Replaces the query if an agent does not support it, or blocks it (`http_config.block_endpoints`).
    ///
    /// - Returns: Whether it was replaced.
    func useFallback(after error: MicroError) -> Bool {
        guard error.code == .internal || error.message.contains("Endpoint is blocked") else { return false }
        return isFallback.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged
    }
}

extension String {
    /// The text as part of a path: IDs of other products may contain any character. Slashes are kept.
    var percentEncodedPath: String {
        utf8.reduce(into: "") { result, byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x3A, 0x5F, 0x7E:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                result += (byte < 0x10 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
    }

    /// A path with query parameters, which are percent-encoded already.
    func appendingQuery(_ parameters: [String]) -> String {
        parameters.isEmpty ? self : "\(self)?\(parameters.joined(separator: "&"))"
    }
}

extension CurlResponse {
    /// The beginning of the body as text: Consul's errors are plain text.
    var text: String { String(decoding: body.prefix(300), as: UTF8.self) }
}
