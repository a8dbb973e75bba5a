// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore
import Synchronization
import TestServers
import TestSupport
import Testing

@testable import MicroHarnesses

/// The commands for compose, and the errors if they fail.
@Suite(.startsServers, .timeLimit(.minutes(2))) struct ComposeControlTests {
    /// A backend that serves at the third probe, and records calls.
    private final class Server: ContainerBackend {
        let url = "http://127.0.0.1:1"
        private let events = Mutex<[String]>([])

        var recordedEvents: [String] { events.withLock(\.self) }

        func isServing() async -> Bool {
            events.withLock {
                $0.append("asked")
                return $0.count >= 3
            }
        }

        func compact(restart: () async throws -> Void) async throws { try await restart() }

        func revoke() async throws { events.withLock { $0.append("revoked") } }
    }

    @Test(arguments: [
        (BackendAction.stop, ["stop etcd"], 0), (.kill, ["kill etcd"], 0), (.start, ["start etcd"], 3),
        (.pause, ["pause etcd"], 0), (.resume, ["unpause etcd"], 0), (.wipe, ["rm -sfv etcd", "up -d etcd"], 3),
        (.compact, ["kill etcd", "start etcd"], 3),
    ])
    func actionRunsComposeCommand(_ action: BackendAction, _ commands: [String], _ probeCount: Int) async throws {
        let fakeCompose = try FakeCompose()
        try await fakeCompose.add("docker", "echo c0ffee")
        let server = Server()
        let control = try await control(fakeCompose, server)
        #expect(try fakeCompose.takeCommands() == ["docker compose version", "docker compose -f FILE ps -q etcd"])
        try await control.perform(action)
        #expect(try fakeCompose.takeCommands() == commands.map { "docker compose -f FILE \($0)" })
        #expect(server.recordedEvents.count == probeCount, "the control waits until the server serves")
    }

    @Test func revokeRunsNoComposeCommand() async throws {
        let fakeCompose = try FakeCompose()
        try await fakeCompose.add("docker", "echo c0ffee")
        let server = Server()
        let control = try await control(fakeCompose, server)
        _ = try fakeCompose.takeCommands()
        try await control.perform(.revoke)
        #expect(server.recordedEvents == ["revoked"])
        #expect(try fakeCompose.takeCommands() == [])
        #expect(control.actions == Set(BackendAction.allCases).subtracting([.revokeCredentials]))
        await #expect(throws: MicroError.self) { try await control.perform(.revokeCredentials) }
    }

    @Test(.requiresLocalNATS) func natsContainerSupportsAllActions() async throws {
        let ports = try Machine.freePorts(3)
        let fakeCompose = try FakeCompose()
        let program = try #require(NATSServer.program)
        try await fakeCompose.addDocker(
            serving: """
                NATS_HOST=127.0.0.1 NATS_PORT=\(ports[0]) NATS_WEBSOCKET_PORT=\(ports[1]) \
                NATS_MONITORING_PORT=\(ports[2]) NATS_DATA="$here/data" \
                exec "\(program)" -c "\(DockerConfiguration.path("nats/nats.conf"))"
                """)
        let server = NATSContainerBackend(monitoring: "127.0.0.1:\(ports[2])")
        try await fakeCompose.whileServing {
            let compose = try await ComposeCommand(file: fakeCompose.file, searchPath: fakeCompose.folder.path)
            let control = try await ComposeControl(compose, service: "nats", backend: server)
            #expect(control.actions == [.stop, .kill, .start, .pause, .resume, .wipe])
            for action in [BackendAction.stop, .kill] {
                try await control.perform(.start)
                #expect(await server.isServing())
                try await control.perform(action)
                #expect(await eventually { await !server.isServing() })
            }
            try await control.perform(.wipe)
            try await control.perform(.pause)
            #expect(await eventually { await !server.isServing() })
            try await control.perform(.resume)
            #expect(await server.isServing())
            for action in [BackendAction.compact, .revoke, .revokeCredentials] {
                await #expect(throws: MicroError.self) { try await control.perform(action) }
            }
        }
    }

    @Test func resumingUnpausedContainerSucceeds() async throws {
        let fakeCompose = try FakeCompose()
        try await fakeCompose.add(
            "docker", "echo c0ffee; [ $4x != unpausex ] || { echo 'c0ffee is not paused' >&2; exit 1; }")
        try await control(fakeCompose, Server()).perform(.resume)
        #expect(try fakeCompose.takeCommands().last == "docker compose -f FILE unpause etcd")
    }

    @Test func fallsBackToDockerComposeProgram() async throws {
        let fakeCompose = try FakeCompose()
        try await fakeCompose.add("docker", "echo \"docker: 'compose' is not a docker command.\" >&2; exit 1")
        try await fakeCompose.add("docker-compose", "echo c0ffee")
        try await control(fakeCompose, Server()).perform(.stop)
        #expect(
            try fakeCompose.takeCommands() == [
                "docker compose version", "docker-compose -f FILE ps -q etcd", "docker-compose -f FILE stop etcd",
            ])
    }

    @Test func missingComposeIsReported() async throws {
        let fakeCompose = try FakeCompose()
        let error = try await failure { _ = try await control(fakeCompose, Server()) }
        #expect(error.code == .unavailable)
        #expect(error.message.contains("neither docker compose nor docker-compose is installed"), "\(error)")
    }

    @Test func missingContainerIsReportedAtOnce() async throws {
        let fakeCompose = try FakeCompose()
        try await fakeCompose.add("docker", "")
        let error = try await failure { _ = try await control(fakeCompose, Server()) }
        #expect(error.message.contains("compose runs no container of etcd"), "\(error)")
    }

    @Test func failureReportsCommandAndStandardError() async throws {
        let fakeCompose = try FakeCompose()
        try await fakeCompose.add(
            "docker", "[ $2 = version ] || { printf 'first\\nCannot connect to the daemon\\n' >&2; exit 17; }")
        let error = try await failure { _ = try await control(fakeCompose, Server()) }
        #expect(error.code == .unavailable)
        #expect(
            error.message == "docker compose -f \(fakeCompose.file) ps -q etcd failed with status 17: "
                + "first; Cannot connect to the daemon. Is the Docker engine running?")
    }

    @Test func longStandardErrorIsTruncatedToItsEnd() async throws {
        let fakeCompose = try FakeCompose()
        try await fakeCompose.add(
            "docker", "[ $2 = version ] || { yes | head -c 1000000 >&2; echo reason >&2; exit 1; }")
        let error = try await failure { _ = try await control(fakeCompose, Server()) }
        #expect(error.message.contains("; reason. Is"), "\(error)")
        #expect(error.message.count < 5000)
    }

    @Test(arguments: ["", "trap '' TERM"])
    func hangingCommandIsTerminatedAtTimeout(_ signalHandling: String) async throws {
        let fakeCompose = try FakeCompose()
        try await fakeCompose.add(
            "docker",
            "[ $2 != version ] || exit 0\n\(signalHandling)\necho $$ > \"$here/pid\"\nwhile :; do sleep 0.1; done")
        // The command itself never ends.
        let error = try await failure {
            let compose = try await ComposeCommand(
                file: fakeCompose.file, searchPath: fakeCompose.folder.path, timeout: .seconds(2))
            try await compose.run("stop", "etcd")
        }
        #expect(error.code == .deadlineExceeded)
        #expect(error.message.contains("stop etcd was terminated after 2.0 seconds"), "\(error)")
        let processID = try #require(fakeCompose.processID)
        #expect(kill(processID, 0) == -1, "the process is still running")
    }

    @Test func cancelledCommandIsTerminated() async throws {
        let fakeCompose = try FakeCompose()
        try await fakeCompose.add(
            "docker", "[ $2 != version ] || exit 0\necho $$ > \"$here/pid\"\nwhile :; do sleep 0.1; done")
        let compose = try await ComposeCommand(file: fakeCompose.file, searchPath: fakeCompose.folder.path)
        let task = Task { _ = try await compose.run("stop", "etcd") }
        #expect(await eventually { fakeCompose.processID != nil })
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let processID = try #require(fakeCompose.processID)
        #expect(kill(processID, 0) == -1, "the process is still running")
    }

    @Test func invalidExecutableIsReported() async throws {
        let fakeCompose = try FakeCompose()
        try await fakeCompose.add("docker", "")
        let docker = fakeCompose.folder.appendingPathComponent("docker")
        try Data([0x7F, 0x45, 0x4C, 0x46]).write(to: docker)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: docker.path)
        let error = try await failure { _ = try await control(fakeCompose, Server()) }
        #expect(error.code == .unavailable, "\(error)")
    }

    private func control(_ fakeCompose: FakeCompose, _ server: Server) async throws -> ComposeControl {
        let compose = try await ComposeCommand(file: fakeCompose.file, searchPath: fakeCompose.folder.path)
        return try await ComposeControl(compose, service: "etcd", backend: server)
    }

    private func failure(_ body: () async throws -> Void) async throws -> MicroError {
        try #require(await #expect(throws: MicroError.self) { try await body() })
    }
}
