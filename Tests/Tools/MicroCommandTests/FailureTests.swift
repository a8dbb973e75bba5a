// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import TestServers
import TestSupport
import Testing

/// Messages and exit statuses of failed runs.
@Suite(.startsServers, .timeLimit(.minutes(2))) struct FailureTests {
    @Test func unexpectedPassFailsRun() async throws {
        let list = try TemporaryFile("# known\nR01 # broken\nR199\n")
        let result = try await MicroTool.conformance(
            "--registry", "memory", "--run", "R01,R03", "--known-failing", list.path)
        #expect(result.status == 1)
        #expect(result.text.contains("\n1 passed, 0 failed, "), "\(result.text)")
        #expect(result.text.contains(", 1 unexpectedPass\n"), "\(result.text)")
        #expect(result.text.contains("Warning: R199 in \(list.path) is not the ID of a case: check --known-failing"))
    }

    @Test func passingFlakyCaseSucceeds() async throws {
        let list = try TemporaryFile("R01\n")
        let result = try await MicroTool.conformance("--registry", "memory", "--run", "R01", "--known-flaky", list.path)
        #expect(result.status == 0, "\(result.text)")
    }

    @Test(arguments: [
        (
            ["--registry", "carrier"],
            "no registry named \"carrier\": choose one of consul, etcd, kubernetes, memory"
        ),
        (["--registry", "memory", "--output", "/nowhere/report"], "cannot write the report to /nowhere/report"),
        (["--registry", "memory", "--output", "/"], "cannot write the report to /: Is a directory"),
        (["--registry", "memory", "--known-failing", "/nowhere/list"], "cannot read the list /nowhere/list"),
        (["--registry", "memory", "--known-flaky", "/"], "cannot read the list / of --known-flaky"),
        (["--registry", "memory", "--run", "B*"], "no case is selected by --run B* --tiers C,K,F,S"),
    ])
    func failureIsReportedInOneLine(_ arguments: [String], _ message: String) async throws {
        let result = try await MicroTool.run(MicroTool.path, ["conformance", "registry"] + arguments)
        expectOneLine(result, message)
    }

    @Test(arguments: [
        [], ["--registry"], ["--registry", "memory", "--tiers", "C,X"], ["--registry", "memory", "--tiers", ""],
        ["--registry", "memory", "--format", "yaml"], ["--registry", "memory", "--registry-address", "127.0.0.1:8500"],
        ["--registry", "memory", "--unknown"],
    ])
    func invalidArgumentsShowUsage(_ arguments: [String]) async throws {
        let result = try await MicroTool.run(MicroTool.path, ["conformance", "registry"] + arguments)
        #expect(result.status == 2, "\(result.text)")
        #expect(result.text.contains("Usage: micro "), "\(result.text)")
    }

    @Test func invalidAddressIsReportedInOneLine() async throws {
        let result = try await MicroTool.conformance("--registry", "consul", "--registry-address", "a/b")
        expectOneLine(result, "\"a/b\" is not the address of a Consul agent: expected HOST:PORT", status: 2)
    }

    @Test func unreachableBackendIsReportedInOneLine() async throws {
        let nowhere = "127.0.0.1:\(try Machine.freePorts(1)[0])"
        let result = try await MicroTool.conformance("--registry", "consul", "--registry-address", nowhere)
        expectOneLine(result, "unavailable: cannot reach Consul at http://\(nowhere)", status: 4)
        let configured = try await MicroTool.conformance(
            "--registry", "consul", environment: ["MICRO_REGISTRY_ADDRESS": nowhere])
        expectOneLine(configured, "unavailable: cannot reach Consul at http://\(nowhere)", status: 4)
        let etcd = try await MicroTool.conformance("--registry", "etcd", "--registry-address", nowhere)
        expectOneLine(etcd, "unavailable: cannot reach etcd at http://\(nowhere)", status: 4)
    }

    @Test(arguments: [(200, "<html>"), (404, "not found"), (200, "{}")])
    func nonConsulServerIsReportedInOneLine(_ status: Int, _ text: String) async throws {
        let server = try ScriptedServer { connection in
            while try connection.readRequest() != nil {
                try connection.write(ScriptedResponse(status: status, text: text))
            }
        }
        defer { server.stop() }
        let address = "127.0.0.1:\(server.port)"
        let result = try await MicroTool.conformance("--registry", "consul", "--registry-address", address)
        expectOneLine(result, "the response of http://\(address) is not from Consul (")
    }

    @Test func rejectedTokenIsReportedWithoutTheToken() async throws {
        let server = try ScriptedServer { connection in
            while try connection.readRequest() != nil {
                try connection.write(ScriptedResponse(status: 403, text: "ACL not found"))
            }
        }
        defer { server.stop() }
        let result = try await MicroTool.conformance(
            "--registry", "consul", "--registry-address", "127.0.0.1:\(server.port)",
            environment: ["CONSUL_HTTP_TOKEN": "hidden-token"])
        expectOneLine(result, "responded with status 403: ACL not found; check CONSUL_HTTP_TOKEN")
        #expect(!result.text.contains("hidden-token"))
    }

    private func expectOneLine(_ result: MicroTool.CommandResult, _ message: String, status: Int32 = 1) {
        #expect(result.status == status)
        #expect(result.text.contains(message), "\(result.text)")
        #expect(result.text.split(separator: "\n").count == 1, "\(result.text)")
    }
}

/// Runs against Consul without a control.
@Suite(.requiresConsul, .consul, .serialized, .timeLimit(.minutes(2))) struct ConsulCommandTests {
    @Test func runningConsulPassesCases() async throws {
        let consul = try #require(ConsulServer.current)
        let result = try await MicroTool.conformance(
            "--registry", "consul", "--registry-address", consul.address, "--run", "R0?,R25,R56")
        #expect(result.status == 0, "\(result.text)")
        #expect(result.text.contains("\nConsulRegistry "))
        // Without --control, a case that wipes the server is not runnable.
        #expect(result.text.contains(" 0 failed, ") && result.text.contains(" 1 notRunnable, "), "\(result.text)")
        let left = try await consul.request("/v1/agent/services").text
        #expect(!left.contains("svc"), "\(left)")
    }
}
