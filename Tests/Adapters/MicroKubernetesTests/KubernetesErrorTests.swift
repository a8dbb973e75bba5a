// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import Synchronization
import TestServers
import TestSupport
import Testing

@testable import MicroKubernetes

@Suite(.timeLimit(.minutes(1))) struct KubernetesErrorTests {
    private func code(of response: ScriptedResponse) async throws -> (MicroError.Code?, String) {
        let server = try ScriptedKubernetes { _ in response }
        defer { server.stop() }
        return try await server.withRegistry { registry in
            do {
                try await registry.register(record("svc"), timeToLive: nil)
                return (nil, "")
            } catch { return ((error as? MicroError)?.code, "\(error)") }
        }
    }

    @Test(arguments: [
        (413, "RequestEntityTooLarge", "limit is 3145728"), (422, "Invalid", "metadata.annotations: Too long"),
        (422, "Invalid", "must have at most 262144 bytes"), (500, "", "etcdserver: request is too large"),
    ]) func recordsThatAreTooLargeAreReported(_ status: Int, _ reason: String, _ message: String) async throws {
        #expect(try await code(of: .status(status, reason, message)).0 == .payloadTooLarge)
    }

    @Test(arguments: [
        (401, "Unauthorized", MicroError.Code.unauthenticated, "KUBERNETES_TOKEN_FILE"),
        (403, "Forbidden", .permissionDenied, "Role"), (422, "Invalid", .invalidArgument, "text"),
        (500, "InternalError", .unavailable, "text"), (504, "Timeout", .unavailable, "text"),
        (429, "TooManyRequests", .resourceExhausted, "text"),
    ]) func statusesBecomeErrors(
        _ status: Int, _ reason: String, _ expected: MicroError.Code, _ text: String
    ) async throws {
        let (code, message) = try await code(of: .status(status, reason, "text"))
        #expect(code == expected)
        #expect(message.contains(text) && message.contains("Kubernetes at http://127.0.0.1:"))
    }

    @Test(arguments: [("leases", "Role for Leases"), ("pods", "Role for pods")])
    func refusalNamesTheResource(_ kind: String, _ text: String) async throws {
        let (code, message) = try await code(of: .status(403, "Forbidden", "text", kind: kind))
        #expect(code == .permissionDenied && message.contains(text))
    }

    /// A proxy may repeat the request with its token.
    @Test func bodyOfResponse429IsNotShown() async throws {
        let (code, message) = try await code(of: ScriptedResponse(status: 429, text: "Authorization: Bearer hunter2"))
        #expect(code == .resourceExhausted)
        #expect(message.contains("too many requests") && !message.contains("hunter2"))
    }

    @Test func missingNamespaceIsReportedWithAdvice() async throws {
        let (code, message) = try await code(of: .status(404, "NotFound", "not found", kind: "namespaces"))
        #expect(code == .invalidArgument && message.contains("KUBERNETES_NAMESPACE"))
    }

    /// A proxy or another server at the address must not make a deregistration succeed.
    @Test(arguments: [
        ScriptedResponse(status: 404, text: "<html>"), ScriptedResponse(text: "<html>"), ScriptedResponse(text: "{}"),
        .status(404, "NotFound", "not found", kind: "namespaces"), ScriptedResponse(text: #"{"kind":"Pod"}"#),
    ]) func responsesOfOtherServersAreNeverReadAsAResult(_ response: ScriptedResponse) async throws {
        let server = try ScriptedKubernetes { _ in response }
        defer { server.stop() }
        try await server.withRegistry { registry in
            #expect(await errorCode { try await registry.deregister(record("svc")) } != nil)
            #expect(await errorCode { _ = try await registry.lookUp("svc") } != nil)
            #expect(await errorCode { _ = try await registry.list() } != nil)
        }
    }

    // MARK: Overload

    @Test func requestIsRetriedAfterRetryAfter() async throws {
        let count = Counter()
        let server = try ScriptedKubernetes { _ in
            count.add() == 1
                ? ScriptedResponse(status: 429, headers: [("Retry-After", "1")], text: "Too many requests") : nil
        }
        defer { server.stop() }
        let started = ContinuousClock.now
        #expect(try await server.withRegistry { try await $0.lookUp("svc") } == [])
        #expect(ContinuousClock.now - started >= .seconds(1))
        #expect(server.requests.count == 2)
    }

    @Test func retryAfterBeyondDeadlineFailsImmediately() async throws {
        let server = try ScriptedKubernetes { _ in
            ScriptedResponse(status: 503, headers: [("Retry-After", "60")], text: "busy")
        }
        defer { server.stop() }
        try await server.withRegistry { registry in
            #expect(await errorCode { _ = try await registry.lookUp("svc") } == .unavailable)
        }
        #expect(server.requests.count == 1)
    }

    // MARK: Tokens

    @Test func tokenFileIsReadAgainWhenTheServerRejectsTheToken() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("token-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        let accepted = Mutex("old")
        let server = try ScriptedKubernetes { request in
            request["Authorization"] == "Bearer \(accepted.withLock(\.self))"
                ? nil : .status(401, "Unauthorized", "Unauthorized")
        }
        defer { server.stop() }
        try Data("old\n".utf8).write(to: file)
        try await server.withRegistry {
            $0.tokenFile = file.path
        } _: { registry in
            _ = try await registry.lookUp("svc")
            try Data("new\n".utf8).write(to: file)
            accepted.withLock { $0 = "new" }
            _ = try await registry.lookUp("svc")
            #expect(server.requests.count == 3)
            // The file has no newer token.
            accepted.withLock { $0 = "newer" }
            #expect(await errorCode { _ = try await registry.lookUp("svc") } == .unauthenticated)
            #expect(server.requests.count == 4)
        }
    }

    @Test func missingTokenFileIsReportedWithItsPath() async throws {
        let server = try ScriptedKubernetes()
        defer { server.stop() }
        try await server.withRegistry {
            $0.tokenFile = "/nonexistent/token"
        } _: { registry in
            let error = await #expect(throws: MicroError.self) { _ = try await registry.lookUp("svc") }
            #expect(error?.code == .unauthenticated)
            #expect(error?.message.contains("/nonexistent/token") == true)
        }
        #expect(server.requests.isEmpty)
    }

    // MARK: Requests

    @Test func registrationIsOneRequestWithServerTimeout() async throws {
        let server = try ScriptedKubernetes()
        defer { server.stop() }
        try await server.withRegistry { registry in
            try await registry.register(record("svc"), timeToLive: .seconds(30))
            let first = server.requests.count
            for _ in 1...3 { try await registry.register(record("svc"), timeToLive: .seconds(30)) }
            // Without a date in the responses, the time of the server is not known.
            #expect(server.requests.filter { $0.method == "PATCH" }.count == 4)
            #expect(first == 2)
            let request = try #require(server.requests.last { $0.method == "PATCH" })
            #expect(request.target.contains("fieldManager=swift-micro&force=true&timeout="))
            #expect(request["Content-Type"] == "application/apply-patch+yaml")
        }
    }

    /// A request without a response may be executed after a deletion that follows it.
    @Test func registrationWithoutResponseIsDeletedAgainAfterItsTimeout() async throws {
        let lease = try Lease.of(record("svc"), version: 5)
        let server = try ScriptedKubernetes { request in
            switch request.method {
            case "PATCH": throw TestServerError(description: "the connection breaks")
            case "GET" where !request.isList: ScriptedResponse(text: lease.json)
            default: nil
            }
        }
        defer { server.stop() }
        try await server.withRegistry {
            $0.timeout = .seconds(1)
        } _: { registry in
            #expect(await errorCode { try await registry.register(record("svc"), timeToLive: nil) } == .unavailable)
            try await registry.deregister(record("svc"))
        }
        #expect(server.requests.count { $0.method == "DELETE" } == 2)
    }

    /// A Lease that was renewed after it was read has another version, and is kept.
    @Test(arguments: [200, 409]) func expiredLeasesAreDeletedOnlyAtTheVersionThatWasRead(_ status: Int) async throws {
        let old = try Lease.of(record("svc", node: "old"), version: 5, seconds: 1, renewed: .now.advanced(seconds: -60))
        let server = try ScriptedKubernetes { request in
            switch request.method {
            case "DELETE": status == 200 ? nil : .status(status, "Conflict", "the version has changed")
            case "GET" where request.isList: .list([old], date: .now)
            default: nil
            }
        }
        defer { server.stop() }
        try await server.withRegistry {
            $0.collection = .init(interval: .zero, minAge: .zero, minDurations: 1, roundsPerFullCollection: 2)
        } _: { registry in
            try await registry.register(record("svc"), timeToLive: .seconds(30))
            // The time of the server is known after the first list.
            #expect(
                await eventually {
                    _ = try? await registry.register(record("svc"), timeToLive: .seconds(30))
                    return server.requests.count { $0.method == "DELETE" } >= 2
                })
        }
        let deletion = try #require(server.requests.first { $0.method == "DELETE" })
        let body = String(decoding: deletion.body, as: UTF8.self)
        #expect(body.contains(#""uid":"uid""#) && body.contains(#""resourceVersion":"5""#))
    }

    /// The list request of a Lease collection hangs, but heartbeats do not wait for it.
    @Test func collectionDelaysNoHeartbeat() async throws {
        let isClosing = Mutex(false)
        let server = try ScriptedKubernetes { request in
            guard request.isList else { return nil }
            while !isClosing.withLock(\.self) { Thread.sleep(forTimeInterval: 0.01) }
            return nil
        }
        defer { server.stop() }
        try await server.withRegistry {
            $0.collection.interval = .zero
            $0.timeout = .seconds(60)
        } _: { registry in
            defer { isClosing.withLock { $0 = true } }
            let started = ContinuousClock.now
            for _ in 1...3 { try await registry.register(record("svc"), timeToLive: .seconds(30)) }
            #expect(await eventually { !server.lists.isEmpty })
            // The client waits 60 s for the list.
            #expect(ContinuousClock.now - started < .seconds(30))
        }
    }

    /// A server that has lost its data does not reach the version of an earlier write.
    @Test func resourceVersionAheadOfServerIsDiscarded() async throws {
        let server = try ScriptedKubernetes { request in
            request.target.contains("NotOlderThan")
                ? ScriptedResponse(
                    status: 504,
                    text: #"{"kind":"Status","message":"Too large resource version","reason":"Timeout","code":504,"#
                        + #""details":{"causes":[{"reason":"ResourceVersionTooLarge"}]}}"#)
                : nil
        }
        defer { server.stop() }
        try await server.withRegistry { registry in
            try await registry.register(record("svc"), timeToLive: nil)
            #expect(try await registry.lookUp("svc") == [])
        }
        #expect(server.lists.count == 2)
    }

    @Test func pagesAreReadAtOneVersion() async throws {
        let leases = try ["a", "b"].map { try Lease.of(record($0), version: 5) }
        let server = try ScriptedKubernetes { request in
            guard request.isList else { return nil }
            let isFirst = !request.target.contains("continue=")
            let next = isFirst ? #","continue":"a b/+""# : ""
            let item = leases[isFirst ? 0 : 1].json
            return ScriptedResponse(
                text: #"{"kind":"LeaseList","metadata":{"resourceVersion":"10"\#(next)},"items":[\#(item)]}"#)
        }
        defer { server.stop() }
        #expect(try await server.withRegistry { try await $0.list() } == ["a", "b"])
        #expect(server.lists.last?.target.contains("continue=a%20b%2F%2B") == true)
    }
}
