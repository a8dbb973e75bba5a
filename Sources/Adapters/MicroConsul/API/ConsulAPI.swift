// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import Foundation
import MicroCore

/// The part of Consul's HTTP API that the registry uses: one method per request.
///
/// Names and IDs are those in Consul, with the prefix of the namespace.
struct ConsulAPI: Sendable, CustomStringConvertible {
    /// A response, and the index after which the next one is to be awaited.
    struct Indexed<Value: Sendable>: Sendable {
        let value: Value
        let index: ConsulIndex
    }

    let configuration: ConsulConfiguration
    private let agents: FailoverRing
    private let http: BackendHTTPClient
    private let errors: ConsulError
    private let aclChecker: ConsulACLChecker
    private let readParameters: [String]

    init(configuration: ConsulConfiguration) throws {
        let token = configuration.token
        self.configuration = configuration
        agents = try configuration.makeServers()
        readParameters = try configuration.readParameters()
        errors = ConsulError(hasToken: token != nil)
        http = configuration.makeHTTPClient { token.map { [("X-Consul-Token", $0.reveal())] } ?? [] }
        aclChecker = ConsulACLChecker(http: http, errors: errors, parameters: readParameters)
    }

    var description: String { agents.description }

    func close() async { await http.close() }

    // MARK: Registrations

    /// Registers a service instance, or passes its TTL check if that is enough.
    ///
    /// - Parameter agent: The agent that should have exactly this registration; nil if none has.
    /// - Returns: The agent that has it now, and whether it had it before.
    func register(
        _ registration: AgentServiceRegistration, refreshingAt agent: BackendServer?
    ) async throws -> (agent: BackendServer, existed: Bool) {
        let request = BackendRequest(
            "PUT", "/v1/agent/service/register", body: [UInt8](try JSONEncoder.stable.encode(registration)))
        return try await agents.firstResponse(within: configuration.timeout, startingAt: agent) { server, timeout in
            if server == agent, try await passCheck(of: registration.id, at: server, timeout: timeout) {
                return (server, true)
            }
            let response = try await http.response(to: request, from: server, timeout: timeout)
            try errors.check(response, from: server)
            return (server, false)
        }
    }

    /// Passes the TTL check of a service instance.
    ///
    /// - Returns: False if the agent does not have the check: it was lost.
    private func passCheck(of id: String, at agent: BackendServer, timeout: Duration) async throws -> Bool {
        let request = BackendRequest("PUT", "/v1/agent/check/pass/service:\(id)")
        let response = try await http.response(to: request, from: agent, timeout: timeout)
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

    /// Removes a service instance. Succeeds if there is none.
    ///
    /// - Parameter agent: The agent that has it; nil for the first that responds.
    func deregister(_ id: String, at agent: BackendServer?) async throws {
        func remove(at agent: BackendServer, timeout: Duration) async throws {
            let request = BackendRequest("PUT", "/v1/agent/service/deregister/\(id)")
            let response = try await http.response(to: request, from: agent, timeout: timeout)
            // Without an instance, Consul 1.8 responds with 200, or 500 if ACLs are enforced; newer versions with 404.
            if response.status == 404 || (response.status == 500 && response.text.contains("Unknown service")) {
                return
            }
            try errors.check(response, from: agent)
        }
        if let agent { return try await remove(at: agent, timeout: configuration.timeout) }
        try await agents.firstResponse(within: configuration.timeout) { try await remove(at: $0, timeout: $1) }
    }

    // MARK: Queries

    /// Reads the instances of a service with their checks.
    ///
    /// - Parameter index: Waits until the result is newer than this index, at most as long as configured; nil reads the
    ///   current result.
    func health(of name: String, after index: ConsulIndex? = nil) async throws -> Indexed<[ServiceEntry]> {
        try await read([FailableDecodable<ServiceEntry>].self, "/v1/health/service/\(name)", after: index) { elements in
            elements.compactMap(\.value)
        } validateEmptyResponse: { response, agent, deadline in
            try await aclChecker.check(service: name, response, at: agent, by: deadline)
        }
    }

    /// Reads the names of all services with a prefix, each with the tags of all its instances.
    ///
    /// - Parameter allowsFilteredResult: Whether to accept an empty result that only means that the token may not read
    ///   any service.
    func services(
        withPrefix prefix: String, after index: ConsulIndex? = nil, allowsFilteredResult: Bool = false
    ) async throws -> Indexed<[String: [String]]> {
        try await read([String: FailableDecodable<[String]>].self, "/v1/catalog/services", after: index) { elements in
            elements.filter { $0.key.hasPrefix(prefix) }.mapValues { $0.value ?? [] }
        } validateEmptyResponse: { response, agent, deadline in
            if !allowsFilteredResult { try await aclChecker.check(prefix: prefix, response, at: agent, by: deadline) }
        }
    }

    /// Reads the checks of all nodes and services.
    func checks(after index: ConsulIndex? = nil) async throws -> Indexed<[HealthCheck]> {
        try await read([FailableDecodable<HealthCheck>].self, "/v1/health/state/any", after: index) {
            $0.compactMap(\.value)
        }
    }

    /// Sends a query for a collection, as a blocking query if there is an index.
    ///
    /// - Parameter validateEmptyResponse: Throws if an empty result does not mean that there is nothing.
    private func read<Elements: Decodable, Value: Collection & Sendable>(
        _ type: Elements.Type, _ path: String, after index: ConsulIndex?, _ convert: (Elements) -> Value,
        validateEmptyResponse: (CurlResponse, BackendServer, ContinuousClock.Instant) async throws -> Void = {
            _, _, _ in
        }
    ) async throws -> Indexed<Value> {
        do {
            return try await agents.firstResponse(within: configuration.timeout) { agent, timeout in
                // An index of another agent may belong to another history.
                let index = index.flatMap { $0.agent == agent ? $0 : nil }
                // Without a wait Consul would hold the query for five minutes; its maximum is ten.
                let wait = configuration.watchRenewalInterval(atMost: .seconds(600))
                let parameters = index.map { ["index=\($0.value)", "wait=\(wait.milliseconds)ms"] } ?? []
                let request = BackendRequest("GET", path.appendingQuery(readParameters + parameters))
                // Consul adds up to a sixteenth of the wait, to spread its load.
                let maxWait = index == nil ? .zero : wait + wait / 16
                let deadline = ContinuousClock.now + timeout + maxWait
                let response =
                    index == nil
                    ? try await http.response(to: request, from: agent, timeout: timeout)
                    : try await http.response(to: request, from: agent, waiting: maxWait, timeout: timeout)
                try errors.check(response, from: agent)
                let result = try Self.indexed(type, response, from: agent, convert)
                if result.value.isEmpty { try await validateEmptyResponse(response, agent, deadline) }
                return result
            }
        } catch let error as MicroError {
            // The rights of the token may have changed by the time that the agent responds again.
            aclChecker.invalidate()
            throw error
        }
    }

    /// Decodes the response of a query. One without an index is not from Consul, and must not be read as "none".
    private static func indexed<Elements: Decodable, Value: Sendable>(
        _ type: Elements.Type, _ response: CurlResponse, from agent: BackendServer, _ convert: (Elements) -> Value
    ) throws -> Indexed<Value> {
        guard let index = response.headers["X-Consul-Index"].flatMap(UInt64.init) else {
            throw MicroError.unexpectedResponse(agent, "the response has no X-Consul-Index")
        }
        do {
            let elements = try JSONDecoder().decode(type, from: response.body)
            return Indexed(value: convert(elements), index: ConsulIndex(value: index, agent: agent))
        } catch {
            throw MicroError.unexpectedResponse(agent, "the response is not Consul's JSON")
        }
    }
}

/// A point in the history of a query's results, as counted by one agent.
struct ConsulIndex: Sendable, Equatable {
    let value: UInt64
    let agent: BackendServer
}

extension String {
    /// A path with query parameters, which are percent-encoded already.
    func appendingQuery(_ parameters: [String]) -> String {
        parameters.isEmpty ? self : "\(self)?\(parameters.joined(separator: "&"))"
    }
}

extension CurlResponse {
    /// The beginning of the body as text: Consul's errors are plain text.
    var text: String { String(decoding: body.prefix(300), as: UTF8.self) }
}
