// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestServers
import TestSupport
import Testing

/// The option `--control` on the command line.
@Suite(.timeLimit(.minutes(2))) struct ControlOptionTests {
    @Test(arguments: [
        ("etcd", "docker:compose.yml", "\"docker:compose.yml\" is not a valid --control: expected compose:FILE."),
        ("etcd", "compose", "\"compose\" is not a valid --control"),
        ("etcd", "compose:", "\"compose:\" is not a valid --control"),
        ("consul", "compose:/nowhere/compose.yml", "There is no compose file /nowhere/compose.yml"),
        ("consul", "compose:/", "There is no compose file /:"),
        ("memory", "compose:/nowhere/compose.yml", "The memory registry has its own control: omit --control."),
    ])
    func invalidArgumentsShowUsage(_ registry: String, _ control: String, _ message: String) async throws {
        let result = try await MicroTool.conformance("--registry", registry, "--control", control)
        #expect(result.status == 2, "\(result.text)")
        #expect(result.text.contains(message), "\(result.text)")
        #expect(result.text.contains("Usage: micro conformance registry"), "\(result.text)")
    }

    @Test func helpDocumentsControlOption() async throws {
        let result = try await MicroTool.conformance("--help")
        #expect(result.status == 0)
        for text in ["--control <compose:FILE>", "ETCDCTL_USER", "ETCDCTL_CACERT", "ETCDCTL_CERT", "ETCDCTL_KEY"] {
            #expect(result.text.contains(text), "\(text): \(result.text)")
        }
    }
}

#if os(Linux)
/// The cases that need a control, with a fake compose that stops, kills and pauses a server process.
@Suite(.startsServers, .timeLimit(.minutes(5))) struct ComposeConformanceTests {
    @Test(.requiresLocalEtcd) func etcdPassesCasesThatControlBackend() async throws {
        let fakeCompose = try FakeCompose()
        let ports = try Machine.freePorts(2)
        let (client, peer) = ("http://127.0.0.1:\(ports[0])", "http://127.0.0.1:\(ports[1])")
        try await fakeCompose.addDocker(
            serving: """
                exec etcd --data-dir "$here/data" --listen-client-urls \(client) --advertise-client-urls \(client) \
                --listen-peer-urls \(peer) --initial-advertise-peer-urls \(peer) --initial-cluster default=\(peer) \
                --logger zap --log-level warn
                """)
        try await expectPassing("etcd", port: ports[0], fakeCompose)
    }

    @Test(.requiresLocalConsul) func consulPassesCasesThatControlBackend() async throws {
        let fakeCompose = try FakeCompose()
        let ports = try Machine.freePorts(4)
        try await fakeCompose.addDocker(
            serving: """
                exec consul agent -dev -config-dir '\(DockerConfiguration.path("consul"))' -bind 127.0.0.1 -dns-port -1 \
                -grpc-port -1 -http-port \(ports[0]) -serf-lan-port \(ports[1]) -serf-wan-port \(ports[2]) \
                -server-port \(ports[3])
                """)
        try await expectPassing("consul", port: ports[0], fakeCompose)
    }

    private func waitUntilServing(_ registry: String, _ address: String) async throws {
        let serves = try await eventually {
            try await MicroTool.conformance(
                "--registry", registry, "--registry-address", address, "--run", "R03"
            ).status == 0
        }
        #expect(serves)
    }

    private func expectPassing(_ registry: String, port: Int, _ fakeCompose: FakeCompose) async throws {
        try await fakeCompose.whileServing {
            let address = "127.0.0.1:\(port)"
            try await waitUntilServing(registry, address)
            _ = try fakeCompose.takeCommands()
            let path = "\(fakeCompose.folder.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
            let child = try ChildProcess(
                MicroTool.path,
                [
                    "conformance", "registry", "--registry", registry, "--registry-address", address, "--control",
                    "compose:\(fakeCompose.file)", "--run", "R25,R44,R57,R58,R59",
                ], environment: ["PATH": path])
            let status = await child.exitStatus(within: .seconds(240))
            #expect(status == 0, "\(child.text)")
            #expect(child.text.contains(" 0 notRunnable, "), "\(child.text)")
            let actions = Set(try fakeCompose.takeCommands().compactMap { $0.split(separator: " ").dropFirst(4).first })
            #expect(actions.isSuperset(of: ["ps", "stop", "kill", "start", "pause", "unpause", "rm", "up"]))
        }
    }
}
#endif
