// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import MicroCommand

@Suite final class SettingsTests {
    private let file: URL
    private var store: ContextStore { ContextStore(file: file) }

    init() {
        file = FileManager.default.temporaryDirectory.appendingPathComponent("micro-\(UUID().uuidString)/contexts.json")
    }

    deinit { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }

    @Test func optionPrecedesEnvironmentAndContext() throws {
        try store.write(
            .init(current: "prod", contexts: ["prod": ["MICRO_REGISTRY": "etcd", "MICRO_BROKER": "nats", "A": "1"]]))
        let settings = try Settings(
            options: ["MICRO_REGISTRY": "consul"],
            environment: ["MICRO_REGISTRY": "memory", "MICRO_TRANSPORT": "http", "MICRO_BROKER": ""], store: store)
        #expect(settings[.registry] == "consul" && settings.sources["MICRO_REGISTRY"] == .option)
        #expect(settings[.transport] == "http" && settings.sources["MICRO_TRANSPORT"] == .environment)
        // An empty variable counts as not set.
        #expect(settings[.broker] == "nats" && settings.sources["MICRO_BROKER"] == .context)
        let other = try Settings(options: [:], environment: ["MICRO_REGISTRY": "memory"], store: store)
        #expect(other[.registry] == "memory")
    }

    @Test func unknownContextIsNotFound() throws {
        #expect(throws: CommandError.self) {
            try Settings(options: ["MICRO_CONTEXT": "nope"], environment: [:], store: store)
        }
    }

    @Test func contextFileIsReadableByItsOwnerOnly() throws {
        try store.write(.init(contexts: ["a": ["CONSUL_HTTP_TOKEN": "secret"]]))
        try store.write(.init(contexts: ["b": [:]]))
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try store.read() == .init(contexts: ["b": [:]]))
    }

    @Test(arguments: [
        ("CONSUL_HTTP_TOKEN", "abc", "***"), ("NATS_PASSWORD", "abc", "***"), ("ETCDCTL_USER", "root:x", "***"),
        ("MICRO_BROKER_ADDRESS", "nats://u:p@h:4222,nats://h2", "nats://***@h:4222,nats://h2"),
        ("MICRO_REGISTRY_ADDRESS", "127.0.0.1:8500", "127.0.0.1:8500"), ("MICRO_API_KEYS", "abc", "***"),
        ("CONSUL_HTTP_AUTH", "u:p", "***"), ("NATS_NKEY_SEED", "abc", "***"), ("NATS_CREDS", "abc", "***"),
        ("USER_JWT", "abc", "***"), ("SOMETHING_NEW", "abc", "***"), ("TOKEN_URL", "abc", "***"),
        ("MICRO_PROXY_ADDRESS", "http://user:p@w@host:80", "http://***@host:80"),
        ("NATS_URL", "nats://u:p,w@h1,nats://h2", "nats://***@h1,nats://h2"),
        ("NATS_URL", "nats://u:p,x,w@h1,nats://h2", "nats://***@h1,nats://h2"), ("NATS_URL", "u:p,w@h", "***@h"),
        ("NATS_URL", "nats://h1,h2:4222", "nats://h1,h2:4222"),
        ("CONSUL_HTTP_ADDR", "h:1", "h:1"), ("MICRO_REGISTRY", "consul", "consul"),
    ])
    func onlySecretsAreRedacted(_ variable: String, _ value: String, _ shown: String) {
        #expect(SecretSetting.redacted(value, of: variable) == shown)
    }

    @Test(arguments: [
        (["--registry_address", "x", "services"], ["--registry-address", "x", "services"]),
        (["services", "--registry_address=a_b"], ["services", "--registry-address=a_b"]),
        (["greeter", "hello", "--first_name=x"], ["invoke", "greeter", "hello", "--first_name=x"]),
        (["greeter", "hello", "--server_name=x"], ["invoke", "greeter", "hello", "--server_name=x"]),
        (["sidecar", "--server_name=x"], ["sidecar", "--server-name=x"]),
        (["--registry_address", "x", "greeter"], ["--registry-address", "x", "invoke", "greeter"]),
        (["--registry", "etcd", "greeter"], ["--registry", "etcd", "invoke", "greeter"]),
        (["--registry=etcd", "services"], ["--registry=etcd", "services"]), (["--help"], ["--help"]), ([], []),
        (["call", "--", "--registry_address"], ["call", "--", "--registry_address"]),
    ])
    func commandLinesAreNormalized(_ arguments: [String], _ expected: [String]) {
        #expect(ArgumentNormalizer.normalized(arguments) == expected)
    }
}
