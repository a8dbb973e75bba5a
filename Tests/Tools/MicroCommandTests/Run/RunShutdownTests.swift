// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import TestSupport
import Testing

/// `micro run` with scripts in place of the toolchain and of the programs.
@Suite(.startsServers, .timeLimit(.minutes(2))) struct RunShutdownTests {
    private static let deaf = "trap '' TERM; while :; do sleep 0.1; done"
    private static let obedient = "trap 'exit 0' TERM; while :; do sleep 0.1; done"

    /// A folder with packages, and a stub of `swift` that reports one program for each.
    private final class Folder: Sendable {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("run-\(UUID().uuidString)")

        init() throws {
            try write(
                """
                case "$*" in
                *dump-package*) echo "{\\"targets\\":[{\\"name\\":\\"$(basename "$3")\\",\\"type\\":\\"executable\\"}]}" ;;
                *--show-bin-path*) echo "$3/bin" ;;
                esac
                """, to: "tools/swift")
        }

        deinit { try? FileManager.default.removeItem(at: url) }

        /// Makes a package whose program is a script; without one, the program is missing.
        func package(_ name: String, _ script: String?) throws -> String {
            try write("", to: "\(name)/Package.swift")
            if let script { try write(script, to: "\(name)/bin/\(name)") }
            return url.appendingPathComponent(name).path
        }

        func run(_ packages: [String]) throws -> ChildProcess {
            let path = "\(url.path)/tools:\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
            return try ChildProcess(MicroTool.path, ["run"] + packages, environment: ["PATH": path])
        }

        private func write(_ script: String, to path: String) throws {
            let file = url.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("#!/bin/sh\n\(script)\n".utf8).write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        }
    }

    /// The process IDs of the programs that were started.
    private func programs(_ run: ChildProcess) -> [Int32] {
        run.text.matches(of: #/started as process ([0-9]+)/#).compactMap { Int32($0.output.1) }
    }

    /// Whether a process runs: a zombie does not.
    private func isRunning(_ id: Int32) async throws -> Bool {
        let state = try await MicroTool.run("/bin/sh", ["-c", "ps -o stat= -p \(id)"]).text
        return !state.isEmpty && !state.hasPrefix("Z")
    }

    private func expectNoneRuns(_ programs: [Int32]) async throws {
        for id in programs { #expect(try await !isRunning(id), "\(id)") }
    }

    @Test func programsThatIgnoreTheSignalAreKilledWithinOneBudget() async throws {
        let folder = try Folder()
        let run = try folder.run(try ["a", "b", "c"].map { try folder.package($0, Self.deaf) })
        #expect(await eventually { programs(run).count == 3 }, "\(run.text)")
        #expect(try await isRunning(programs(run)[0]))
        run.send(SIGINT)
        #expect(await run.exitStatus() == 0, "\(run.text)")
        let killed = run.text.matches(of: #/([abc]): killed/#).map { String($0.output.1) }
        #expect(killed == ["c", "b", "a"], "\(run.text)")
        try await expectNoneRuns(programs(run))
    }

    @Test func programThatIgnoresTheSignalDelaysOthersOnlyForItsShare() async throws {
        let folder = try Folder()
        let run = try folder.run([
            try folder.package("a", Self.obedient), try folder.package("b", Self.deaf),
            try folder.package("c", Self.obedient),
        ])
        #expect(await eventually { programs(run).count == 3 }, "\(run.text)")
        run.send(SIGINT)
        #expect(await run.exitStatus() == 0, "\(run.text)")
        let ends = run.text.matches(of: #/([abc]): (stopped|killed)/#).map { "\($0.output.1) \($0.output.2)" }
        #expect(ends == ["c stopped", "a stopped", "b killed"], "\(run.text)")
        try await expectNoneRuns(programs(run))
    }

    @Test func secondSignalKillsAllPrograms() async throws {
        let folder = try Folder()
        let run = try folder.run(try ["a", "b", "c"].map { try folder.package($0, Self.deaf) })
        #expect(await eventually { programs(run).count == 3 }, "\(run.text)")
        // Signals of the same kind are merged while the first one is pending, so that the second one is of another kind.
        run.send(SIGINT)
        run.send(SIGTERM)
        // After a single signal, the status is 0.
        let status = await run.exitStatus()
        #expect(status == 130 || status == 143, "\(run.text)")
        try await expectNoneRuns(programs(run))
    }

    @Test func failedStartStopsTheProgramsStartedBefore() async throws {
        let folder = try Folder()
        let run = try folder.run([try folder.package("a", Self.obedient), try folder.package("b", nil)])
        #expect(await run.exitStatus() == 1, "\(run.text)")
        #expect(run.text.contains("a: stopped") && run.text.contains("cannot start"), "\(run.text)")
        #expect(programs(run).count == 1)
        try await expectNoneRuns(programs(run))
    }
}
