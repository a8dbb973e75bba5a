// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Micro
import MicroConsul

/// Watches the services of `consul-services`, each by its name, while nothing changes, and prints what that takes:
/// `WATCHES CONNECTIONS CPU-MS-PER-MINUTE RESIDENT-MIB`.
struct ConsulIdle: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measures watches of services that do not change.")

    @Option(help: "The address of Consul's HTTP interface, HOST:PORT.")
    var address: String

    @Option(help: "How many services are watched.")
    var watches = 500

    @Option(help: "How long to measure, in seconds.")
    var seconds = 32.0

    @Option(help: "How long to wait for the first state of each watch, in seconds.")
    var patience = 60.0

    func run() async throws {
        var configuration = ConsulConfiguration()
        configuration.address = address
        let registry = try ConsulRegistry(configuration: configuration)
        let (live, continuation) = AsyncStream.makeStream(of: Void.self)
        let watching = try (1...watches).map { number in
            let name = ConsulServices.name(number)
            let watch = try registry.watch(name)
            return Task {
                var isLive = false
                for await state in watch where !isLive && !state[name].isEmpty {
                    isLive = true
                    continuation.yield()
                }
            }
        }
        let timer = Task { [patience] in
            try await Task.sleep(for: .seconds(patience))
            continuation.finish()
        }
        var count = 0
        for await _ in live {
            count += 1
            if count == watches { break }
        }
        timer.cancel()
        guard count == watches else {
            throw BenchError("only \(count) of \(watches) watches have a state after \(text(patience, 0)) s")
        }

        let process = ProcessInfo.processInfo.processIdentifier
        let (before, idle) = (try cpuTime(of: process), ContinuousClock.now)
        try await Task.sleep(for: .seconds(seconds))
        let used = try cpuTime(of: process) - before
        let minutes = (ContinuousClock.now - idle) / .seconds(60)
        print(
            watches, try connections(), text(used / minutes * 1e3, 1), text(try residentMemory() / 1_048_576, 1))

        for task in watching { task.cancel() }
        await registry.close()
    }

    /// How many connections to Consul this process holds.
    private func connections() throws -> Int {
        let directory = "/proc/self/fd"
        let own = Set(
            try FileManager.default.contentsOfDirectory(atPath: directory).compactMap {
                try? FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/\($0)")
            })
        guard let port = try Address(parsing: address).port else { throw BenchError("\(address) has no port") }
        let remote = String(format: ":%04X", port)
        // Not `String(contentsOfFile:)`, which takes the first 4 KiB of a file without a size for all of it.
        let table = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/net/tcp")).readToEnd() ?? Data()
        // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …
        return String(decoding: table, as: UTF8.self).split(separator: "\n").count { line in
            let fields = line.split(separator: " ")
            return fields.count > 9 && fields[2].hasSuffix(remote) && fields[3] == "01"
                && own.contains("socket:[\(fields[9])]")
        }
    }

    /// In bytes.
    private func residentMemory() throws -> Double {
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        guard pages.count > 1, let resident = Double(pages[1]) else { throw BenchError("there is no /proc/self/statm") }
        return resident * Double(sysconf(Int32(_SC_PAGESIZE)))
    }
}
