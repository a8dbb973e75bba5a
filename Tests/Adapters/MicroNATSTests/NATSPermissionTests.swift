// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import MicroNATS
import NIOCore
import TestServers
import TestSupport
import Testing

/// Permissions and limits of a server, including changes at run time.
@Suite(.requiresLocalNATS, .serialized, .timeLimit(.minutes(3))) struct NATSPermissionTests {
    private static func permissions(publish: String, subscribe: String) -> String {
        "authorization { users: [{ user: u, password: p, permissions: { publish: [\(publish)], subscribe: [\(subscribe)] } }, "
            + "{ user: admin, password: p }] }"
    }

    private static let all = permissions(publish: "\">\"", subscribe: "\">\"")

    private func user(
        _ server: NATSServer, _ name: String = "u", _ change: (inout NATSConfiguration) -> Void = { _ in }
    ) -> NATSConfiguration {
        configuration(server.url) {
            ($0.user, $0.password) = (name, Secret("p"))
            change(&$0)
        }
    }

    @Test func revokedSubscriptionResumesAfterGrant() async throws {
        try await withServer(configuration: Self.all) { server in
            try await withBrokers(user(server)) { _, subscriber in
                try await withBrokers(user(server, "admin")) { publisher, _ in
                    let subscription = try await subscriber.subscribe(to: "t")
                    let queued = try await subscriber.subscribe(to: "t", queue: "q")
                    let (inbox, queueInbox) = (DeliveryCollector(subscription), DeliveryCollector(queued))
                    try await publisher.publish(BrokerMessage(text: "before"), to: "t")
                    #expect(await inbox.waitForCount(1))
                    #expect(await queueInbox.waitForCount(1))
                    #expect(subscription.problem == nil)

                    try await server.reconfigure(Self.permissions(publish: "\">\"", subscribe: "\"_INBOX.>\""))
                    #expect(await eventually { subscription.problem?.code == .permissionDenied })
                    #expect(await eventually { queued.problem?.code == .permissionDenied })

                    try await server.reconfigure(Self.all)
                    #expect(
                        await eventually {
                            try? await publisher.publish(BrokerMessage(text: "after"), to: "t")
                            return inbox.texts.contains("after") && queueInbox.texts.contains("after")
                        })
                    #expect(await eventually { subscription.problem == nil && queued.problem == nil })
                }
            }
        }
    }

    @Test func revokedListenerHasProblemUntilGrant() async throws {
        try await withServer(configuration: Self.all) { server in
            let transport = try NATSTransport(configuration: user(server))
            let client = try NATSTransport(configuration: user(server, "admin"))
            let listener = try await transport.bind(to: Address(host: "greeter-1"))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await listener.run { TransportResponse(contentType: $0.contentType, body: $0.body) }
                }
                #expect(listener.problem == nil)
                try await server.reconfigure(Self.permissions(publish: "\">\"", subscribe: "\"x\""))
                #expect(await eventually { listener.problem?.code == .permissionDenied })
                try await server.reconfigure(Self.all)
                #expect(await eventually { listener.problem == nil })
                _ = try await client.call(
                    TransportRequest(
                        service: "greeter", endpoint: "Greeter.Hello", contentType: "text/plain",
                        deadline: .now + .seconds(5)),
                    to: listener.address)
                await listener.drain(deadline: .now + .seconds(1))
                try await group.waitForAll()
            }
            await transport.close()
            await client.close()
        }
    }

    @Test func revokedPublicationIsTriedAgain() async throws {
        try await withServer(configuration: Self.all) { server in
            try await withBrokers(user(server)) { publisher, _ in
                try await publisher.publish(BrokerMessage(text: "1"), to: "t")
                try await server.reconfigure(Self.permissions(publish: "\"x\"", subscribe: "\">\""))
                #expect(
                    await eventually {
                        do { try await publisher.publish(BrokerMessage(text: "2"), to: "t") } catch {
                            return (error as? MicroError)?.code == .permissionDenied
                        }
                        return false
                    })
                // A denial is never reported as a success, not even while the client tries again.
                let deadline = ContinuousClock.now + .seconds(3)
                while deadline > .now {
                    let error = await #expect(throws: MicroError.self) {
                        try await publisher.publish(BrokerMessage(text: "3"), to: "t")
                    }
                    #expect(error?.code == .permissionDenied)
                    try await Task.sleep(for: .milliseconds(20))
                }
                try await server.reconfigure(Self.all)
                #expect(
                    await eventually {
                        (try? await publisher.publish(BrokerMessage(text: "4"), to: "t")) != nil
                    })
            }
        }
    }

    @Test func onlyExcessSubscriptionIsRefused() async throws {
        try await withServer(configuration: "max_subscriptions: 3") { server in
            try await withBrokers(configuration(server.url) { $0.timeout = .seconds(60) }) { publisher, subscriber in
                let standing = try await subscriber.subscribe(to: "standing")
                let inbox = DeliveryCollector(standing)
                let second = try await subscriber.subscribe(to: "second")
                let third = try await subscriber.subscribe(to: "third")
                for number in 0..<20 {
                    let error = try await failure { _ = try await subscriber.subscribe(to: "x") }
                    #expect(error?.code == .resourceExhausted)
                    try await publisher.publish(BrokerMessage(text: "\(number)"), to: "standing")
                }
                #expect(await inbox.waitForCount(20))
                #expect(inbox.texts == (0..<20).map { "\($0)" })
                #expect(standing.problem == nil && second.problem == nil && third.problem == nil)
                // The end of a subscription makes room for another one.
                await third.cancel()
                _ = try await subscriber.subscribe(to: "fourth")
                #expect(try await server.resourceCounts().connections == 2)
            }
        }
    }

    @Test func deniedInboxFailsAtOnce() async throws {
        let denied = Self.permissions(publish: "\">\"", subscribe: "\"t.>\", \"_INBOX_u.>\"")
        try await withServer(configuration: denied) { server in
            let durable: (inout NATSConfiguration) -> Void = {
                $0.delivery = .atLeastOnce(stream: "TESTS")
                $0.timeout = .seconds(60)
            }
            try await withBrokers(user(server)) { publisher, _ in
                for _ in 0..<2 {
                    let request = try await failure {
                        _ = try await publisher.request(
                            BrokerMessage(text: "hi"), to: "t.x", deadline: .now + .seconds(60))
                    }
                    #expect(request?.code == .permissionDenied)
                    #expect(request?.message.contains("NATS_INBOX_PREFIX") == true)
                }
            }
            try await withBrokers(user(server, change: durable)) { publisher, subscriber in
                let publication = try await failure {
                    try await publisher.publish(BrokerMessage(text: "hi"), to: "t.x")
                }
                #expect(publication?.code == .permissionDenied)
                let subscription = try await failure { _ = try await subscriber.subscribe(to: "t.x") }
                #expect(subscription?.code == .permissionDenied)
            }
            let credentials: (inout NATSConfiguration) -> Void = {
                ($0.user, $0.password) = ("u", Secret("p"))
                $0.timeout = .seconds(60)
            }
            try await withTransport(server.url, credentials) { transport in
                let request = NATSTransportTests.request("x", timeout: .seconds(60))
                let call = try await failure { _ = try await transport.call(request, to: Address(host: "t.listener")) }
                #expect(call?.code == .permissionDenied)
                let bind = try await failure { _ = try await transport.bind(to: Address(host: "127.0.0.1")) }
                #expect(bind?.code == .permissionDenied)
            }
        }
    }

    @Test func inboxPrefixIsSettable() async throws {
        let allowed = Self.permissions(publish: "\">\"", subscribe: "\"t.>\", \"_INBOX_u.>\"")
        try await withServer(configuration: allowed) { server in
            let durable = user(server) {
                $0.inboxPrefix = "_INBOX_u"
                $0.delivery = .atLeastOnce(stream: "TESTS")
            }
            try await withBrokers(durable) { publisher, subscriber in
                let inbox = DeliveryCollector(try await subscriber.subscribe(to: "t.x"))
                try await publisher.publish(BrokerMessage(text: "hi"), to: "t.x")
                #expect(await inbox.waitForCount(1))
            }
            let change: (inout NATSConfiguration) -> Void = {
                $0.inboxPrefix = "_INBOX_u"
                ($0.user, $0.password) = ("u", Secret("p"))
            }
            try await withTransport(server.url, change) { transport in
                let listener = try await transport.bind(to: Address(host: "127.0.0.1", port: 0))
                #expect(listener.address.host.hasPrefix("_INBOX_u."))
                let running = Task { try await listener.run(NATSTransportTests.echo) }
                let body = ByteBuffer(string: "hi")
                let response = try await transport.call(
                    NATSTransportTests.request("echo", body: body), to: listener.address)
                #expect(response.body == body)
                running.cancel()
                try await running.value
            }
        }
        for prefix in ["", "a b", "a.*", ".", "a.", "x.control"] {
            let error = #expect(throws: MicroError.self) {
                try NATSBroker(configuration: configuration("127.0.0.1") { $0.inboxPrefix = prefix })
            }
            #expect(error?.code == .invalidArgument && error?.message.contains("NATS_INBOX_PREFIX") == true)
        }
    }

    /// The error of an operation that must fail long before its timeout of 60 s.
    private func failure(_ operation: () async throws -> Void) async throws -> MicroError? {
        let began = ContinuousClock.now
        let error = await #expect(throws: MicroError.self) { try await operation() }
        #expect(ContinuousClock.now - began < .seconds(30))
        return error
    }

    private func user(
        _ server: NATSServer, change: (inout NATSConfiguration) -> Void
    ) -> NATSConfiguration { user(server, "u", change) }

    private func withServer(configuration: String, _ body: (NATSServer) async throws -> Void) async throws {
        var settings = NATSServer.Settings()
        settings.configuration = configuration
        let server = try NATSServer(settings)
        do {
            try await server.start()
            try await body(server)
        } catch {
            await server.end()
            throw error
        }
        await server.end()
    }
}
