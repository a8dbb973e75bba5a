// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Micro
import MicroCore
import NIOCore

/// `micro bench`
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures a service under load.", subcommands: [BenchCallCommand.self])
}

/// `micro bench call`
struct BenchCallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "call", abstract: "Calls an endpoint repeatedly, and reports rate and latencies.",
        discussion: """
            Without --rate, each of the callers starts its next call when the last one has ended (closed loop). With \
            --rate, calls start at fixed times, whether earlier ones have ended or not, and a latency counts from the time \
            at which the call should have started, so that delays by a stalled service are included (no coordinated \
            omission). There are no retries.
            """)

    @OptionGroup var target: EndpointArguments

    @Argument(help: ArgumentHelp("The request (default: {}).", valueName: "json|@file|-"))
    var request: [String] = []

    @Option(help: "The maximum number of calls at a time.")
    var concurrency = 16

    @Option(help: "How long to measure.")
    var duration = "10s"

    @Option(help: "The number of calls to start per second.")
    var rate: Double?

    @Option(help: "How long to call before the measurement.")
    var warmUp = "500ms"

    @OptionGroup var options: CallOptionGroup
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Settings") var settings: SettingsOptions

    func validate() throws {
        guard (1...100_000).contains(concurrency) else {
            throw ValidationError("--concurrency must be within 1…100000.")
        }
        guard rate.map({ (0.001...10_000_000).contains($0) }) ?? true else {
            throw ValidationError("--rate must be from 0.001 to 10000000.")
        }
        _ = try TimeLimit.parse(duration, option: "--duration")
        _ = try TimeLimit.parse(warmUp, option: "--warm-up")
    }

    func run() async throws {
        let body = try await RequestBody.read(request.joined(separator: " "), options.contentType)
        let plan = LoadPlan(
            concurrency: concurrency, duration: try TimeLimit.parse(duration, option: "--duration"),
            warmUp: try TimeLimit.parse(warmUp, option: "--warm-up"), rate: rate)
        let report = try await settings.resolved().withCaller(recordsAttempts: false) { _, caller in
            let load = try BenchLoad(
                caller: caller, service: target.service, endpoint: target.endpoint, body: body, options: options)
            // A first call reports a wrong name immediately.
            do { try await load.call() } catch let error as MicroError {
                throw ServiceCall.failure(error, "calling", target.service, target.endpoint)
            }
            return await LoadGenerator(plan: plan).run { try await load.call() }
        }
        if output.isJSON { try Console.standard.json(report) } else { try report.write(to: .standard) }
        guard report.calls > 0 else { throw ExitCode(ExitStatus.failed.rawValue) }
    }
}

/// The call that is measured.
private struct BenchLoad: Sendable {
    private let caller: any ServiceCaller
    private let service: String
    private let endpoint: String
    private let body: ByteBuffer
    private let contentType: String
    private let callOptions: CallOptions

    init(
        caller: any ServiceCaller, service: String, endpoint: String, body: ByteBuffer, options: CallOptionGroup
    ) throws {
        self.caller = caller
        self.service = service
        self.endpoint = endpoint
        self.body = body
        contentType = options.contentType
        var callOptions = try options.callOptions
        callOptions.retries = 0
        self.callOptions = callOptions
    }

    func call() async throws {
        _ = try await caller.call(service, endpoint, body: body, contentType: contentType, options: callOptions)
    }
}
