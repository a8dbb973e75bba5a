// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GoMicroWire
import Micro
import MicroCore
import NIOCore

/// A call with its output, made by `micro call` and by the short form.
struct ServiceCall {
    /// The outcome of one node.
    private struct NodeOutcome: Sendable {
        let node: Node
        let duration: Duration
        let result: Result<TransportResponse, any Error>
    }

    let service: String
    let endpoint: String
    let body: ByteBuffer
    let options: CallOptionGroup
    let format: ResponseFormat
    let allNodes: Bool

    /// Makes the call and writes the response.
    ///
    /// - Throws: ``CommandError`` with the service's error; `ExitCode` if a node of several has failed.
    func run(_ settings: Settings) async throws {
        let callOptions = try options.callOptions
        try await settings.withCaller { registry, caller in
            guard !allNodes else { return try await callAllNodes(registry, caller, callOptions) }
            let start = ContinuousClock.now
            do {
                let response = try await caller.call(
                    service, endpoint, body: body, contentType: options.contentType, options: callOptions)
                if options.verbose { writeDetails(caller, since: start, response) }
                try CallResponseText.write(response.body, format)
            } catch let error as MicroError {
                if options.verbose { writeDetails(caller, since: start, nil) }
                throw Self.failure(error, "calling", service, endpoint)
            }
        }
    }

    /// The error in Go Micro's form, with its exit status.
    static func failure(_ error: MicroError, _ action: String, _ service: String, _ endpoint: String) -> CommandError {
        CommandError(
            "error \(action) \(service).\(endpoint): \(error.wireText)", status: ExitStatus(ofCall: error),
            isPlain: true)
    }

    private func writeDetails(
        _ caller: any ServiceCaller, since start: ContinuousClock.Instant, _ response: TransportResponse?
    ) {
        for (index, attempt) in caller.attempts.enumerated() {
            let time = DurationText.latency(seconds: attempt.duration.seconds)
            Console.standard.message("attempt \(index + 1): \(attempt.address) \(time) \(attempt.error ?? "ok")")
        }
        let total = DurationText.latency(seconds: (ContinuousClock.now - start).seconds)
        guard let response else { return Console.standard.message("failed after \(total)") }
        Console.standard.message(
            "\(response.contentType), \(response.body.readableBytes) bytes in \(total)")
        for header in response.headers { Console.standard.message("\(header.name): \(header.value)") }
    }

    // MARK: All nodes

    private func callAllNodes(
        _ registry: any Registry, _ caller: any ServiceCaller, _ callOptions: CallOptions
    ) async throws {
        let records = try await registry.records(of: service)
        let nodes = records.filter { options.version == nil || $0.version == options.version }.flatMap(\.nodes)
        guard !nodes.isEmpty else {
            throw CommandError("no node of \(service) has the version \(options.version ?? "")", status: .notFound)
        }
        let outcomes = try await Concurrent.map(nodes.sorted { $0.id < $1.id }, maxConcurrency: 16) { node in
            var callOptions = callOptions
            callOptions.address = Address(node)
            let start = ContinuousClock.now
            let result: Result<TransportResponse, any Error>
            do {
                result = .success(
                    try await caller.call(
                        service, endpoint, body: body, contentType: options.contentType, options: callOptions))
            } catch { result = .failure(error) }
            return NodeOutcome(node: node, duration: ContinuousClock.now - start, result: result)
        }
        try Task.checkCancellation()
        try write(outcomes)
        guard outcomes.allSatisfy({ (try? $0.result.get()) != nil }) else {
            throw ExitCode(ExitStatus.failed.rawValue)
        }
    }

    private func write(_ outcomes: [NodeOutcome]) throws {
        guard format != .json else {
            let elements = outcomes.map(Self.json)
            return try Console.standard.json(
                text: JSONText.indented(Array("[\(elements.joined(separator: ","))]".utf8)) ?? "[]")
        }
        for outcome in outcomes {
            let time = DurationText.latency(seconds: outcome.duration.seconds)
            try Console.standard.line(
                StyledText(outcome.node.id, .bold) + " \(Address(outcome.node)) \(time)")
            switch outcome.result {
            case .success(let response): try CallResponseText.write(response.body, format)
            case .failure(let error): try Console.standard.line(StyledText("\(error)", .red))
            }
        }
    }

    private static func json(of outcome: NodeOutcome) -> String {
        let head = """
            "node":\(JSONText.quoted(outcome.node.id)),"address":\(JSONText.quoted("\(Address(outcome.node))")),\
            "seconds":\(outcome.duration.seconds)
            """
        switch outcome.result {
        case .success(let response): return "{\(head),\"response\":\(CallResponseText.json(of: response.body))}"
        case .failure(let error as MicroError): return "{\(head),\"error\":\(error.wireText)}"
        case .failure(let error): return "{\(head),\"error\":{\"detail\":\(JSONText.quoted("\(error)"))}}"
        }
    }
}
