// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Micro
import MicroMemory
import MicroTesting
import Testing

private struct Order: Codable, Sendable, Equatable { var item: String }

@Suite(.timeLimit(.minutes(1))) struct MicroTestingTests {
    private let backends = TestBackends()

    /// A shop that publishes every order.
    private func makeShop() throws -> Microservice {
        let shop = try backends.makeService("shop")
        shop.handle("Shop.Order") { (order: Order, context) in
            guard !order.item.isEmpty else { throw MicroError(.invalidArgument, "the order is empty") }
            try await context.client.publish(order, to: "order.created")
            return order
        }
        return shop
    }

    @Test func bodyStartsWhenServicesServe() async throws {
        let item = try await withRunning([makeShop()], on: backends) { client in
            try await client.call("shop", "Shop.Order", Order(item: "tea"), returning: Order.self).item
        }
        #expect(item == "tea")
        #expect(try await backends.registry.list() == [])
    }

    @Test func publishedEventsAreCollected() async throws {
        try await withRunning([makeShop()], on: backends) { client in
            let orders = try await backends.events(2, of: Order.self, on: "order.created") {
                for item in ["tea", "cake"] {
                    _ = try await client.call("shop", "Shop.Order", Order(item: item), returning: Order.self)
                }
            }
            #expect(orders == [Order(item: "tea"), Order(item: "cake")])
            let error = await #expect(throws: MicroError.self) {
                try await backends.events(1, of: Order.self, on: "order.created", within: .milliseconds(50)) {}
            }
            #expect(error?.code == .deadlineExceeded)
        }
    }

    @Test func errorsOfServicesAndBodyAreThrown() async throws {
        let twice = try makeShop()
        twice.handle("Shop.Order") { (order: Order, _) in order }
        let start = await #expect(throws: MicroError.self) { try await withRunning([twice], on: backends) { _ in } }
        #expect(start?.code == .invalidArgument)
        let body = await #expect(throws: MicroError.self) {
            try await withRunning([makeShop()], on: backends) { client in
                _ = try await client.call("shop", "Shop.Order", Order(item: ""), returning: Order.self)
            }
        }
        #expect(body?.message == "the order is empty")
    }
}
