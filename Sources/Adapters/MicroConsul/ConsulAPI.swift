// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import CurlTransfer
import Foundation
import MicroCore

/// Consul's HTTP interface, as far as it is used: one method for each request.
///
/// Names and IDs are Consul's, with the prefix of the namespace.
struct ConsulAPI: Sendable, CustomStringConvertible {
    /// An answer, and the index to wait behind for the next one.
    struct Indexed<Value: Sendable>: Sendable {
        let value: Value
        let index: ConsulIndex
    }

    let configuration: ConsulConfiguration
    private let agents: FailoverRing
    private let http: ConsulHTTP
    private let aclChecker: ConsulACLChecker
    private let readParameters: [String]

    init(configuration: ConsulConfiguration) throws {
        self.configuration = configuration
        agents = FailoverRing(.consul, urls: try configuration.baseURLs())
        readParameters = try configuration.readParameters()
        http = ConsulHTTP(configuration: configuration)
        aclChecker = ConsulACLChecker(http: http, parameters: readParameters)
    }

    var description: String { agents.description }

    func close() async { await http.close() }

    /// Registers a service instance, or passes its TTL check where that is enough.
    ///
    /// - Parameter agent: The agent that should have exactly this registration; nil if none has.
    /// - Returns: The agent that has it now, and whether it had it before.
    func register(
        _ registration: AgentServiceRegistration, refreshingAt agent: BackendServer?
    ) async throws -> (agent: BackendServer, existed: Bool) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = [UInt8](try encoder.encode(registration))
        return try await agents.firstResponse(within: configuration.timeout, startingAt: agent) { asked, limit in
            if asked == agent, try await pass(registration.id, at: asked, within: limit) { return (asked, true) }
            try await http.success("PUT", "/v1/agent/service/register", body: body, at: asked, within: limit)
            return (asked, false)
        }
    }

    /// Passes the TTL check of a service instance; false when the agent has none: it was lost.
    private func pass(_ id: String, at agent: BackendServer, within limit: Duration) async throws -> Bool {
        let response = try await http.response(
            "PUT", "/v1/agent/check/pass/service:\(id)", at: agent, within: limit)
        // 1.8 answers 500, newer agents 404.
        if response.status == 404 { return false }
        if response.status == 500,
            ["does not have associated TTL", "Unknown check"].contains(where: response.text.contains)
        {
            return false
        }
        try http.check(response, from: agent)
        return true
    }

    /// Removes a service instance. One that is not there is removed already.
    ///
    /// - Parameter agent: The agent that has it; nil to ask the first that answers.
    func deregister(_ id: String, at agent: BackendServer?) async throws {
        func remove(at agent: BackendServer, within limit: Duration) async throws {
            let response = try await http.response(
                "PUT", "/v1/agent/service/deregister/\(id)", at: agent, within: limit)
            // 1.8 answers 200, or 500 when ACLs are enforced; newer agents 404.
            if response.status == 404 || (response.status == 500 && response.text.contains("Unknown service")) {
                return
            }
            try http.check(response, from: agent)
        }
        if let agent { return try await remove(at: agent, within: configuration.timeout) }
        try await agents.firstResponse(within: configuration.timeout) { try await remove(at: $0, within: $1) }
    }

    /// The instances of a service with their checks.
    ///
    /// - Parameter index: Waits until there is something newer, but not longer than the configuration says; nil to get
    ///   the present answer.
    func health(of name: String, after index: ConsulIndex? = nil) async throws -> Indexed<[ServiceEntry]> {
        try await read([FailableDecodable<ServiceEntry>].self, "/v1/health/service/\(name)", after: index) { wire in
            wire.compactMap(\.value)
        } validatingEmptyResponse: { response, agent, deadline in
            try await aclChecker.check(service: name, response, at: agent, by: deadline)
        }
    }

    /// The names of all services with a prefix, each with the tags of all its instances.
    ///
    /// - Parameter mayBeHidden: Whether an empty answer is as good when it only means that nothing may be seen.
    func services(
        withPrefix prefix: String, after index: ConsulIndex? = nil, allowsFilteredResult: Bool = false
    ) async throws -> Indexed<[String: [String]]> {
        try await read([String: FailableDecodable<[String]>].self, "/v1/catalog/services", after: index) { wire in
            wire.filter { $0.key.hasPrefix(prefix) }.mapValues { $0.value ?? [] }
        } validatingEmptyResponse: { response, agent, deadline in
            if !allowsFilteredResult { try await aclChecker.check(prefix: prefix, response, at: agent, by: deadline) }
        }
    }

    /// The checks of all nodes and services.
    func checks(after index: ConsulIndex? = nil) async throws -> Indexed<[HealthCheck]> {
        try await read([FailableDecodable<HealthCheck>].self, "/v1/health/state/any", after: index) {
            $0.compactMap(\.value)
        }
    }

    /// Asks for a collection, waiting behind an index.
    ///
    /// - Parameter orNoneIf: Throws if an empty answer does not mean that there is nothing.
    private func read<Wire: Decodable, Value: Collection & Sendable>(
        _ type: Wire.Type, _ path: String, after index: ConsulIndex?, _ map: (Wire) -> Value,
        validatingEmptyResponse isReadable: (CurlResponse, BackendServer, ContinuousClock.Instant) async throws ->
            Void = { _, _, _ in }
    ) async throws -> Indexed<Value> {
        do {
            return try await agents.firstResponse(within: configuration.timeout, startingAt: nil) { agent, limit in
                var parameters = readParameters
                var wait = Duration.zero
                // An index of another agent may be one of another history.
                if let index, index.agent == agent {
                    // None would be five minutes to Consul, and ten are its limit.
                    wait = min(max(.milliseconds(10), configuration.watchRenewalInterval), .seconds(600))
                    parameters += ["index=\(index.value)", "wait=\(wait.milliseconds)ms"]
                    // Consul adds up to a sixteenth to spread its load.
                    wait += wait / 16
                }
                let query = parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&")
                let deadline = ContinuousClock.now + limit + wait
                let response = try await http.success("GET", path + query, at: agent, within: limit, wait: wait)
                let result = try Self.indexed(type, response, from: agent, map)
                if result.value.isEmpty { try await isReadable(response, agent, deadline) }
                return result
            }
        } catch let error as MicroError {
            // Whatever was known about rights may be different when the agent is back.
            aclChecker.invalidate()
            throw error
        }
    }

    /// Reads an answer of a query. One without an index did not come from Consul, and must not be read as "none".
    private static func indexed<Wire: Decodable, Value: Sendable>(
        _ type: Wire.Type, _ response: CurlResponse, from agent: BackendServer, _ map: (Wire) -> Value
    ) throws -> Indexed<Value> {
        guard let index = response.headers["X-Consul-Index"].flatMap(UInt64.init) else {
            throw MicroError.unexpectedResponse(agent, "there is no X-Consul-Index")
        }
        do {
            let wire = try JSONDecoder().decode(type, from: Data(response.body))
            return Indexed(value: map(wire), index: ConsulIndex(value: index, agent: agent))
        } catch {
            throw MicroError.unexpectedResponse(agent, "the answer is not the JSON of Consul")
        }
    }
}

/// A point in the history of a query's answers, as one agent counts it.
struct ConsulIndex: Sendable, Equatable {
    let value: UInt64
    let agent: BackendServer
}
