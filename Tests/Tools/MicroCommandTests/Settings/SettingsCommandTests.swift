// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import TestSupport
import Testing

/// Settings and contexts, as a user sees them.
@Suite(.startsServers, .timeLimit(.minutes(2))) struct SettingsCommandTests {
    @Test(arguments: [
        ["--registry", "carrier", "list", "services"], ["list", "services", "--registry", "carrier"],
        ["list", "--registry=carrier", "services"], ["services", "--registry", "carrier"],
    ])
    func unknownRegistryIsOneLineThatNamesTheKnownOnes(_ arguments: [String]) async throws {
        let result = try await MicroTool.run(MicroTool.path, arguments)
        #expect(result.status == 2)
        #expect(result.text.split(separator: "\n").count == 1, "\(result.text)")
        for name in ["carrier", "consul", "etcd", "memory"] { #expect(result.text.contains(name), "\(result.text)") }
    }

    @Test func contextAppliesUnlessOverridden() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("micro-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let nowhere = "127.0.0.1:\(try Machine.freePorts(1)[0])"
        func micro(_ arguments: String..., environment: [String: String] = [:]) async throws -> MicroTool.CommandResult
        {
            try await MicroTool.run(
                MicroTool.path, arguments, environment: environment.merging(["XDG_CONFIG_HOME": folder.path]) { $1 })
        }
        let add = try await micro(
            "context", "add", "prod", "--registry", "consul", "--registry-address", nowhere, "--set",
            "CONSUL_HTTP_TOKEN",
            environment: ["CONSUL_HTTP_TOKEN": "hidden-token"])
        #expect(add.status == 0, "\(add.text)")
        #expect(try await micro("context", "use", "prod").status == 0)
        let listed = try await micro("services")
        #expect(listed.status == 4 && listed.text.contains(nowhere), "\(listed.text)")
        #expect(try await micro("services", environment: ["MICRO_REGISTRY": "memory"]).status == 0)
        let show = try await micro("context", "show")
        #expect(show.text.contains("CONSUL_HTTP_TOKEN\t***") && !show.text.contains("hidden-token"), "\(show.text)")
        #expect(try await micro("context", "list").text.contains("prod\t*\tconsul\t\(nowhere)"))
        #expect(try await micro("context", "use").status == 0)
        #expect(try await micro("services").status == 0)
        #expect(try await micro("services", "--context", "nope").status == 3)
        #expect(try await micro("context", "remove", "prod").status == 0)
    }

    @Test func contextCommandsWriteJSON() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("micro-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for (arguments, status) in [
            (["add", "prod", "--registry", "memory"], "added"), (["use", "prod"], "used"),
            (["remove", "prod"], "removed"),
        ] {
            let outcome = try await MicroTool.run(
                MicroTool.path, ["context"] + arguments + ["-o", "json"], environment: ["XDG_CONFIG_HOME": folder.path])
            let object = try JSONSerialization.jsonObject(with: Data(outcome.text.utf8)) as? [String: String]
            #expect(object == ["name": "prod", "status": status], "\(outcome.text)")
        }
    }

    @Test func passwordOfTheProxyAddressIsNotPrinted() async throws {
        for arguments in [["services"], ["doctor"], ["doctor", "-o", "json"]] {
            let result = try await MicroTool.run(
                MicroTool.path, arguments + ["--proxy-address", "http://user:hidden@host:80"])
            #expect(result.status == 2 && !result.text.contains("hidden"), "\(result.text)")
            #expect(result.text.contains("MICRO_PROXY_TOKEN"), "\(result.text)")
        }
    }

    @Test func errorNamesTheOptionThatWasGiven() async throws {
        for (option, variable) in [
            ("--registry", "MICRO_REGISTRY"), ("--broker", "MICRO_BROKER"), ("--transport", "MICRO_TRANSPORT"),
        ] {
            let typed = try await MicroTool.run(MicroTool.path, ["services", option, "carrier"])
            #expect(typed.status == 2 && typed.text.contains("\(option) carrier"), "\(typed.text)")
            #expect(!typed.text.contains(variable), "\(typed.text)")
            let set = try await MicroTool.run(MicroTool.path, ["services"], environment: [variable: "carrier"])
            #expect(set.status == 2 && set.text.contains("\(variable)=carrier"), "\(set.text)")
        }
        let doctor = try await MicroTool.run(MicroTool.path, ["doctor", "--registry", "carrier"])
        #expect(doctor.status == 2 && doctor.text.contains("--registry carrier"), "\(doctor.text)")
    }

    @Test(arguments: [["services"], ["call", "a", "A.B"], ["stream", "a", "A.B"], ["a", "b"]])
    func unknownFormatOfTheEnvironmentIsWrongUsage(_ arguments: [String]) async throws {
        let result = try await MicroTool.run(MicroTool.path, arguments, environment: ["MICRO_OUTPUT": "yaml"])
        // The short form looks up the service first.
        #expect(result.status == (arguments == ["a", "b"] ? 3 : 2), "\(result.text)")
    }

    @Test func helpForAnUnknownCommandIsWrongUsage() async throws {
        for words in [["nope"], ["list", "nope"]] {
            let unknown = try await MicroTool.run(MicroTool.path, ["help"] + words)
            #expect(unknown.status == 2 && unknown.text.contains("no command nope"), "\(unknown.text)")
        }
        for words in [[], ["call"], ["query"], ["list", "services"]] {
            let known = try await MicroTool.run(MicroTool.path, ["help"] + words)
            #expect(known.status == 0 && known.text.contains("USAGE"), "\(known.text)")
        }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "there is no /dev/full"))
    func fullOutputIsAFailure() async throws {
        for arguments in ["--help", "--version", "context list"] {
            let result = try await MicroTool.run("/bin/sh", ["-c", "\(MicroTool.path) \(arguments) >/dev/full"])
            #expect(result.status == 1 && result.text.contains("cannot write"), "\(arguments) \(result.text)")
        }
    }

    @Test(arguments: [["services", "--unknown"], ["call"], ["watch", "--count", "0"], ["publish", "topic"]])
    func wrongUsageExitsWithTwo(_ arguments: [String]) async throws {
        let result = try await MicroTool.run(MicroTool.path, arguments)
        #expect(result.status == 2, "\(result.text)")
    }

    @Test func closedOutputIsNoFailure() async throws {
        let result = try await MicroTool.run("/bin/sh", ["-c", "\(MicroTool.path) --help | true; echo ok"])
        #expect(result.text.hasSuffix("ok\n") && !result.text.contains("Error"), "\(result.text)")
    }
}
