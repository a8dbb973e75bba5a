// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore
import TestServers
import TestSupport
import Testing

@Suite(.startsServers, .timeLimit(.minutes(2))) struct ProcessControlTests {
    #if os(Linux)
    /// Otherwise a program that does not set its signal mask cannot be stopped with `SIGTERM`.
    @Test func startedProcessBlocksNoSignals() async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/cat")
        process.arguments = ["/proc/self/status"]
        let output = Pipe()
        process.standardOutput = output
        try process.start()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(text.contains("SigBlk:\t0000000000000000"), "\(text)")
    }
    #endif

    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("control-\(UUID().uuidString)")
    private var data: URL { folder.appendingPathComponent("data") }

    init() throws { try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true) }

    private func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: data.appendingPathComponent(name).path)
    }

    /// A server that makes the file `alive`, appends to `beats` while it runs, and removes `alive` when it is stopped.
    private func control(_ handlers: [BackendAction: ProcessControl.Handler] = [:]) -> ProcessControl {
        let script = """
            cd "$DATA"; trap 'rm alive; exit 0' TERM; touch alive; while :; do echo >> beats; sleep 0.02; done
            """
        let alive = data.appendingPathComponent("alive").path
        return ProcessControl(
            "sh", ["-c", script], environment: ["DATA": data.path], dataFolder: data, handlers: handlers
        ) { FileManager.default.fileExists(atPath: alive) }
    }

    private var beats: Int {
        (try? FileManager.default.attributesOfItem(atPath: data.appendingPathComponent("beats").path)[.size] as? Int)
            ?? 0
    }

    private func withControl(
        _ handlers: [BackendAction: ProcessControl.Handler] = [:], _ body: (ProcessControl) async throws -> Void
    ) async throws {
        let control = control(handlers)
        let result: Result<Void, any Error>
        do { result = .success(try await body(control)) } catch { result = .failure(error) }
        await control.end()
        try FileManager.default.removeItem(at: folder)
        try result.get()
    }

    @Test func stopIsOrderlyAndKillIsNot() async throws {
        try await withControl { control in
            try await control.perform(.start)
            let first = try #require(control.processID)
            try await control.perform(.start)
            #expect(control.processID == first, "starting a running backend has no effect")
            try await control.perform(.stop)
            #expect(control.processID == nil && !exists("alive"))
            try await control.perform(.start)
            try await control.perform(.kill)
            #expect(control.processID == nil && exists("alive"))
        }
    }

    @Test func pausedProcessDoesNothingUntilItIsResumed() async throws {
        try await withControl { control in
            try await control.perform(.start)
            try await control.perform(.pause)
            // The child of the shell may still end.
            var count = -1
            #expect(
                await eventually {
                    defer { count = beats }
                    return count == beats
                })
            #expect(await always(during: .milliseconds(200)) { beats == count })
            try await control.perform(.resume)
            #expect(await eventually { beats > count })
            try await control.perform(.pause)
            try await control.perform(.stop)
            #expect(control.processID == nil && !exists("alive"), "also a paused process stops in an orderly way")
        }
    }

    @Test func wipeDeletesTheData() async throws {
        try await withControl { control in
            try await control.perform(.start)
            try Data().write(to: data.appendingPathComponent("stored"))
            try await control.perform(.wipe)
            #expect(control.processID != nil && exists("alive") && !exists("stored"))
        }
    }

    @Test func handlersAddActions() async throws {
        let revoked = Counter()
        try await withControl([.revoke: { _ in revoked.add() }]) { control in
            #expect(control.actions == [.stop, .kill, .start, .pause, .resume, .wipe, .revoke])
            try await control.perform(.revoke)
            #expect(revoked.value == 1)
            let error = await #expect(throws: MicroError.self) { try await control.perform(.compact) }
            #expect(error?.code == .unsupported)
        }
    }

    @Test func programThatExitsIsReportedWithItsOutput() async throws {
        let control = ProcessControl("sh", ["-c", "echo no space left; exit 3"]) { false }
        let error = await #expect(throws: MicroError.self) { try await control.perform(.start) }
        #expect(error?.message.contains("sh exited at its start: no space left") == true, "\(error?.message ?? "")")
        let missing = ProcessControl("no-such-program") { true }
        let notFound = await #expect(throws: MicroError.self) { try await missing.perform(.start) }
        #expect(notFound?.code == .notFound)
    }
}
