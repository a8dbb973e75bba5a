// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import MicroCore
import TestServers
import TestSupport
import Testing

@testable import MicroKubernetes

@Suite(.timeLimit(.minutes(1))) struct GoMicroPodTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A pod with the labels and annotations that go-micro 1.18's plugin writes.
    private func pod(_ change: (String) -> String = { $0 }) throws -> Pod {
        let json = change(
            #"""
            {"metadata":{"name":"greeter-5d8","resourceVersion":"77",
              "labels":{"micro.mu/type":"service","micro.mu/selector-greeter":"service"},
              "annotations":{"micro.mu/service-greeter":"{\"name\":\"greeter\",\"version\":\"latest\",\"metadata\":null,\"endpoints\":[{\"name\":\"Greeter.Hello\",\"request\":{\"name\":\"HelloRequest\",\"type\":\"HelloRequest\",\"values\":null},\"response\":{\"name\":\"HelloResponse\",\"type\":\"HelloResponse\",\"values\":null},\"metadata\":{}}],\"nodes\":[{\"id\":\"greeter-1b2c\",\"address\":\"10.1.0.7:9090\",\"metadata\":{\"protocol\":\"grpc\"}}]}"}},
             "status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}
            """#)
        return try JSONDecoder().decode(Pod.self, from: Data(json.utf8))
    }

    @Test func recordOfGoMicroIsRead() throws {
        let nodes = GoMicroPods.nodes(of: try pod(), logger: logger)
        #expect(nodes.map(\.revision) == [77])
        let record = try #require(nodes.first?.service)
        #expect(record.name == "greeter" && record.version == "latest")
        #expect(record.endpoints.map(\.name) == ["Greeter.Hello"])
        #expect(
            record.nodes == [
                Node(id: "greeter-1b2c", address: "10.1.0.7", port: 9090, metadata: ["protocol": "grpc"])
            ])
    }

    @Test func separatePortOfGoMicroBefore118IsRead() throws {
        let old = try pod {
            $0.replacing(#"\"address\":\"10.1.0.7:9090\""#, with: #"\"address\":\"10.1.0.7\",\"port\":9090"#)
        }
        #expect(GoMicroPods.nodes(of: old, logger: logger).first?.service.nodes.first?.port == 9090)
    }

    @Test(arguments: [
        (#""phase":"Running""#, #""phase":"Pending""#), (#""status":"True""#, #""status":"False""#),
        (#""name":"greeter-5d8","#, #""name":"greeter-5d8","deletionTimestamp":"2026-11-28T16:12:08Z","#),
        (#"{\"name\":\"greeter\","#, #"{\"name\":\"other\","#), (#"\"nodes\":["#, #"\"nodes\":[[["#),
    ]) func unreadyPodsAndUnreadableRecordsAreSkipped(_ found: String, _ replacement: String) throws {
        #expect(GoMicroPods.nodes(of: try pod { $0.replacing(found, with: replacement) }, logger: logger).isEmpty)
    }

    @Test func patchMatchesGoMicro() throws {
        let json = String(
            decoding: try JSONEncoder.sorted.encode(
                try GoMicroPods.patch("svc", [record("svc", node: "a"), record("svc", node: "b")])),
            as: UTF8.self)
        #expect(
            json
                == #"{"metadata":{"annotations":{"micro.mu/service-svc":"{\"endpoints\":[],\"metadata\":{},\"name\":\"svc\",\"nodes\":[{\"address\":\"10.0.0.1:80\",\"id\":\"svc-a\",\"metadata\":{}},{\"address\":\"10.0.0.1:80\",\"id\":\"svc-b\",\"metadata\":{}}],\"version\":\"1\"}","swift-micro/copy-svc":"true"},"labels":{"micro.mu/selector-svc":"service","micro.mu/type":"service"}}}"#
        )
        let removal = try JSONEncoder.sorted.encode(try GoMicroPods.patch("svc", []))
        #expect(
            String(decoding: removal, as: UTF8.self)
                == #"{"metadata":{"annotations":{"micro.mu/service-svc":null,"swift-micro/copy-svc":null},"labels":{"micro.mu/selector-svc":null}}}"#
        )
    }

    /// The Lease of a copied node is authoritative.
    @Test func copiesOfLeasesAreNotRead() throws {
        let copy = try pod {
            $0.replacing(#""annotations":{"#, with: #""annotations":{"swift-micro/copy-greeter":"true","#)
        }
        #expect(GoMicroPods.nodes(of: copy, logger: logger).isEmpty)
    }

    @Test func namesThatTheLabelsCannotHoldAreNotCopied() {
        #expect(GoMicroPods.canStore("a-b_c.d"))
        #expect(GoMicroPods.canStore(String(repeating: "a", count: 54)))
        for name in ["topic:events", String(repeating: "a", count: 55), "a-"] { #expect(!GoMicroPods.canStore(name)) }
    }

    @Test func nodesAreCopiedOnceAndRemoved() async throws {
        let server = try ScriptedKubernetes { request in
            guard request.target.contains("/pods") else { return nil }
            return request.method == "PATCH"
                ? ScriptedResponse(text: #"{"kind":"Pod","metadata":{"name":"own"}}"#)
                : ScriptedResponse(text: #"{"kind":"PodList","metadata":{"resourceVersion":"5"},"items":[]}"#)
        }
        defer { server.stop() }
        try await server.withRegistry {
            ($0.goMicroPods, $0.podName) = (true, "own")
        } _: { registry in
            #expect(registry.capabilities.contains(.goMicroRecords))
            for _ in 1...3 { try await registry.register(record("svc"), timeToLive: .seconds(30)) }
            let patches = { server.requests.filter { $0.method == "PATCH" && $0.target.contains("/pods/own") } }
            #expect(patches().count == 1)
            #expect(patches().first?["Content-Type"] == "application/strategic-merge-patch+json")
            #expect(try await registry.lookUp("svc").isEmpty)
            try await registry.deregister(record("svc"))
            #expect(patches().count == 2)
            #expect(patches().last.map { String(decoding: $0.body, as: UTF8.self) }?.contains("null") == true)
        }
    }

    /// When the server ends the watches of Leases and of pods, both continue at their versions.
    @Test func watchRenewalDoesNotListAgain() async throws {
        let server = try ScriptedKubernetes { request in
            request.target.contains("/pods?labelSelector")
                ? ScriptedResponse(text: #"{"kind":"PodList","metadata":{"resourceVersion":"20"},"items":[]}"#) : nil
        } watch: { connection, number in
            try connection.beginWatch([Lease.bookmark(40 + number)])
            Thread.sleep(forTimeInterval: 1.2)
            try connection.endWatch()
        }
        defer { server.stop() }
        try await server.withRegistry {
            $0.goMicroPods = true
        } _: { registry in
            let recorder = RegistryStateRecorder(try registry.watch("svc"))
            #expect(await eventually { server.watches.count >= 6 })
            #expect(recorder.isLive)
            let lists = server.requests.filter { $0.method == "GET" && !$0.isWatch }
            #expect(lists.count == 2, "\(lists.map(\.target))")
            let pods = server.watches.filter { $0.target.contains("/pods?") }.map(\.target)
            #expect(pods.first?.contains("resourceVersion=20&") == true)
            #expect(pods.last?.contains("resourceVersion=20&") == false)
        }
    }

    /// go-micro has no namespaces.
    @Test func podsAreNotReadInANamespace() async throws {
        let server = try ScriptedKubernetes()
        defer { server.stop() }
        try await server.withRegistry {
            ($0.goMicroPods, $0.podName, $0.namespace) = (true, "own", "dev")
        } _: { registry in
            try await registry.register(record("svc"), timeToLive: nil)
            _ = try await registry.lookUp("svc")
            #expect(!registry.capabilities.contains(.goMicroRecords))
        }
        #expect(server.requests.allSatisfy { !$0.target.contains("/pods") })
    }
}

extension JSONEncoder {
    fileprivate static var sorted: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
