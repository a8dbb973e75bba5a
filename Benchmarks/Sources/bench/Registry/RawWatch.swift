// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import NIOCore

/// A watch of a service's port without swift-micro: `etcdctl watch`, a blocking query to Consul, or a watch of Kubernetes'
/// Leases by `curl`.
struct RawWatch {
    typealias Observation = (port: Int, at: ContinuousClock.Instant)

    let observations: AsyncStream<Observation>
    private let task: Task<Void, Never>

    func stop() { task.cancel() }

    /// Creates a watch; nil for a registry without another client.
    init?(of service: String, in options: RegistryOptions) throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Observation.self)
        observations = stream
        switch options.registry {
        case .memory: return nil
        case .consul: task = Self.query("http://\(options.address)/v1/health/service/\(service)", continuation)
        case .etcd: task = try Self.run(Self.etcdctl(service, options), continuation)
        case .kubernetes: task = try Self.run(Self.curl(options), continuation)
        }
    }

    private static func etcdctl(_ service: String, _ options: RegistryOptions) -> [String] {
        // From the first revision on, so that the current state is reported as well.
        [
            "ETCDCTL_API=3", "etcdctl", "--endpoints", options.address, "watch", "--rev", "1", "--prefix",
            "/micro/registry/\(service)/",
        ]
    }

    private static func curl(_ options: RegistryOptions) throws -> [String] {
        let token = try String(contentsOfFile: options.tokenFile, encoding: .utf8)
        // All Leases: no other service is registered. Without a version, the current state is reported as well.
        return [
            "curl", "--silent", "--fail", "--no-buffer", "--cacert", options.certificateAuthority,
            "--oauth2-bearer", token.trimmingCharacters(in: .whitespacesAndNewlines),
            "https://\(options.address)/apis/coordination.k8s.io/v1/namespaces/default/leases?watch=1",
        ]
    }

    private static func query(
        _ url: String, _ continuation: AsyncStream<Observation>.Continuation
    ) -> Task<Void, Never> {
        Task {
            var index = "0"
            do {
                while true {
                    let request = HTTPClientRequest(url: "\(url)?index=\(index)&wait=30s")
                    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(40))
                    let body = String(buffer: try await response.body.collect(upTo: 1024 * 1024))
                    if let port = number(after: "\"Port\":", in: body) { continuation.yield((port, .now)) }
                    index = response.headers.first { $0.name.lowercased() == "x-consul-index" }?.value ?? "0"
                }
            } catch { continuation.finish() }
        }
    }

    private static func run(
        _ arguments: [String], _ continuation: AsyncStream<Observation>.Continuation
    ) throws -> Task<Void, Never> {
        let (chunks, chunk) = AsyncStream.makeStream(of: (data: Data, at: ContinuousClock.Instant).self)
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardOutput = output
        output.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty { chunk.finish() } else { chunk.yield((data, .now)) }
        }
        try process.run()
        let child = process.processIdentifier
        return Task {
            var lines = Data()
            // Immediately, because the program may end before this task runs again.
            await withTaskCancellationHandler {
                for await (data, at) in chunks {
                    lines += data
                    guard let end = lines.lastIndex(of: 0x0A) else { continue }
                    for line in String(decoding: lines[..<end], as: UTF8.self).split(separator: "\n") {
                        if let port = number(after: "127.0.0.1:", in: line) { continuation.yield((port, at)) }
                    }
                    lines = Data(lines[(end + 1)...])
                }
            } onCancel: {
                kill(child, SIGKILL)
            }
            continuation.finish()
        }
    }

    private static func number(after text: String, in line: some StringProtocol) -> Int? {
        // A development agent responds in JSON with spaces.
        line.range(of: text).flatMap { Int(line[$0.upperBound...].drop { $0 == " " }.prefix { $0.isNumber }) }
    }
}
