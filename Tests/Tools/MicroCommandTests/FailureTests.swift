// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import TestServers
import TestSupport
import Testing

/// What is said, and with which exit status, when something is wrong.
@Suite(.timeLimit(.minutes(2))) struct FailureTests {
    @Test func aKnownFailureThatPassesIsOne() async throws {
        let list = try TemporaryFile("# of old\nR01 # was broken\nR99\n")
        let answer = try await MicroTool.conformance(
            "--registry", "memory", "--run", "R01,R03", "--known-failing", list.path)
        #expect(answer.status == 1)
        #expect(answer.text.contains("\n1 passed, 0 failed, "), "\(answer.text)")
        #expect(answer.text.contains(", 1 unexpectedPass\n"), "\(answer.text)")
        #expect(answer.text.contains("Warning: R99 in \(list.path) is not the ID of a case: check --known-failing"))
    }

    @Test func aFlakyOneThatPassesIsNone() async throws {
        let list = try TemporaryFile("R01\n")
        let answer = try await MicroTool.conformance("--registry", "memory", "--run", "R01", "--known-flaky", list.path)
        #expect(answer.status == 0, "\(answer.text)")
    }

    @Test(arguments: [
        (["--registry", "zookeeper"], "no registry named \"zookeeper\": choose one of consul, etcd, memory"),
        (
            ["--registry", "consul", "--registry-address", "a/b"],
            "\"a/b\" is not the address of a Consul agent: expected HOST:PORT"
        ),
        (["--registry", "memory", "--output", "/nowhere/report"], "cannot write the report to /nowhere/report"),
        (["--registry", "memory", "--output", "/"], "cannot write the report to /: Is a directory"),
        (["--registry", "memory", "--known-failing", "/nowhere/list"], "cannot read the list /nowhere/list"),
        (["--registry", "memory", "--known-flaky", "/"], "cannot read the list / of --known-flaky"),
        (["--registry", "memory", "--run", "B*"], "no case is selected by --run B* --tiers C,K,F,S"),
    ])
    func whatCannotBeDoneIsOneLine(_ arguments: [String], _ message: String) async throws {
        let answer = try await MicroTool.run(MicroTool.path, ["conformance", "registry"] + arguments)
        expectOneLine(answer, message)
    }

    @Test(arguments: [
        [], ["--registry"], ["--registry", "memory", "--tiers", "C,X"], ["--registry", "memory", "--tiers", ""],
        ["--registry", "memory", "--format", "yaml"], ["--registry", "memory", "--registry-address", "127.0.0.1:8500"],
        ["--registry", "memory", "--unknown"],
    ])
    func wrongUsageShowsTheUsage(_ arguments: [String]) async throws {
        let answer = try await MicroTool.run(MicroTool.path, ["conformance", "registry"] + arguments)
        #expect(answer.status == 64, "\(answer.text)")
        #expect(answer.text.contains("Usage: micro conformance registry --registry <registry>"), "\(answer.text)")
    }

    @Test func aBackendThatIsNotThereIsOneLine() async throws {
        let nowhere = "127.0.0.1:\(try Machine.freePorts(1)[0])"
        let answer = try await MicroTool.conformance("--registry", "consul", "--registry-address", nowhere)
        expectOneLine(answer, "unavailable: cannot reach Consul at http://\(nowhere)")
        let configured = try await MicroTool.conformance(
            "--registry", "consul", environment: ["MICRO_REGISTRY_ADDRESS": nowhere])
        expectOneLine(configured, "unavailable: cannot reach Consul at http://\(nowhere)")
        let etcd = try await MicroTool.conformance("--registry", "etcd", "--registry-address", nowhere)
        expectOneLine(etcd, "unavailable: cannot reach etcd at http://\(nowhere)")
    }

    @Test(arguments: [(200, "<html>"), (404, "not found"), (200, "{}")])
    func aBackendThatIsNoneIsOneLine(_ status: Int, _ text: String) async throws {
        let server = try ScriptedServer { connection in
            while try connection.readRequest() != nil {
                try connection.write(ScriptedResponse(status: status, text: text))
            }
        }
        defer { server.stop() }
        let address = "127.0.0.1:\(server.port)"
        let answer = try await MicroTool.conformance("--registry", "consul", "--registry-address", address)
        expectOneLine(answer, "http://\(address) does not answer as Consul does")
    }

    @Test func aRefusedTokenIsOneLineWithoutIt() async throws {
        let server = try ScriptedServer { connection in
            while try connection.readRequest() != nil {
                try connection.write(ScriptedResponse(status: 403, text: "ACL not found"))
            }
        }
        defer { server.stop() }
        let answer = try await MicroTool.conformance(
            "--registry", "consul", "--registry-address", "127.0.0.1:\(server.port)",
            environment: ["CONSUL_HTTP_TOKEN": "hidden-token"])
        expectOneLine(answer, "answered 403: ACL not found. Check CONSUL_HTTP_TOKEN")
        #expect(!answer.text.contains("hidden-token"))
    }

    private func expectOneLine(_ answer: MicroTool.Answer, _ message: String) {
        #expect(answer.status == 1)
        #expect(answer.text.contains(message), "\(answer.text)")
        #expect(answer.text.split(separator: "\n").count == 1, "\(answer.text)")
    }
}

/// Against a real Consul, as it is reached from outside.
@Suite(.whereConsulIs, .consul, .serialized, .timeLimit(.minutes(2))) struct ConsulCommandTests {
    @Test func aRunningConsulPasses() async throws {
        let consul = try #require(ConsulServer.current)
        let answer = try await MicroTool.conformance(
            "--registry", "consul", "--registry-address", consul.address, "--run", "R0?,R25,R56")
        #expect(answer.status == 0, "\(answer.text)")
        #expect(answer.text.contains("\nConsulRegistry "))
        // Nobody lends it the hook to wipe a server that others may use.
        #expect(answer.text.contains(" 0 failed, ") && answer.text.contains(" 1 notRunnable, "), "\(answer.text)")
        let left = try await consul.ask("/v1/agent/services").text
        #expect(!left.contains("svc"), "\(left)")
    }
}
