// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Micro

/// Watches the services of `registry-services`, by name or all together, while nothing changes, and prints the cost:
/// `WATCHES CONNECTIONS CPU-MS-PER-MINUTE RESIDENT-MIB SECONDS-TO-STATE`.
struct RegistryIdle: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measures watches of services that do not change.")

    @OptionGroup var options: RegistryOptions

    @Option(help: "The number of watched services.")
    var watches = 500

    @Flag(help: "One watch of all services, which is complete with that number of services.")
    var everything = false

    @Option(help: "The number of nodes per service.")
    var nodes = 3

    @Option(help: "The duration of the measurement, in seconds.")
    var seconds = 32.0

    @Option(help: "The time limit for the first state of each watch, in seconds.")
    var firstStateTimeout = 60.0

    func run() async throws {
        let registry = try options.client()
        let (live, continuation) = AsyncStream.makeStream(of: Void.self)
        let expected = everything ? 1 : watches
        let start = ContinuousClock.now
        let watching = try (1...expected).map { number in
            let name = RegistryServices.name(number)
            let watch = try registry.watch(everything ? nil : name)
            return Task { [everything, watches, nodes] in
                var isLive = false
                for await state in watch where !isLive {
                    isLive =
                        everything
                        ? state.names.count == watches
                            && state.names.allSatisfy { state[$0].reduce(0) { $0 + $1.nodes.count } == nodes }
                        : !state[name].isEmpty
                    if isLive { continuation.yield() }
                }
            }
        }
        let timer = Task { [firstStateTimeout] in
            try await Task.sleep(for: .seconds(firstStateTimeout))
            continuation.finish()
        }
        var count = 0
        for await _ in live {
            count += 1
            if count == expected { break }
        }
        let liveTime = ContinuousClock.now - start
        timer.cancel()
        guard count == expected else {
            throw BenchError("only \(count) of \(expected) watches have a state after \(text(firstStateTimeout, 0)) s")
        }

        let process = ProcessInfo.processInfo.processIdentifier
        let (before, idle) = (try cpuTime(of: process), ContinuousClock.now)
        try await Task.sleep(for: .seconds(self.seconds))
        let used = try cpuTime(of: process) - before
        let minutes = (ContinuousClock.now - idle) / .seconds(60)
        print(
            watches, try connections(), text(used / minutes * 1e3, 1), text(try residentMemory() / 1_048_576, 1),
            text(liveTime / .seconds(1), 2))

        for task in watching { task.cancel() }
        await registry.close()
    }

    /// The number of connections from this process to the registry.
    private func connections() throws -> Int {
        let directory = "/proc/self/fd"
        let own = Set(
            try FileManager.default.contentsOfDirectory(atPath: directory).compactMap {
                try? FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/\($0)")
            })
        guard let port = try Address(parsing: options.address).port else {
            throw BenchError("\(options.address) has no port")
        }
        let remote = String(format: ":%04X", port)
        // `String(contentsOfFile:)` reads only the first 4 KiB of a file without a size.
        let table = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/net/tcp")).readToEnd() ?? Data()
        // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …
        return String(decoding: table, as: UTF8.self).split(separator: "\n").count { line in
            let fields = line.split(separator: " ")
            return fields.count > 9 && fields[2].hasSuffix(remote) && fields[3] == "01"
                && own.contains("socket:[\(fields[9])]")
        }
    }
}
