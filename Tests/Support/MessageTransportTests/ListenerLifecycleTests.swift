// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import MessageTransport

private final class Values: Sendable { let all = Mutex<[Int]>([]) }

/// The phases of a listener at a message broker.
@Suite(.timeLimit(.minutes(1))) struct ListenerLifecycleTests {
    private let lifecycle = ListenerLifecycle<Int>(address: Address(host: "listener"))
    private let request = TransportRequest(
        service: "greeter", endpoint: "Greeter.Hello", contentType: "text/plain", body: ByteBuffer(),
        deadline: .now + .seconds(10))

    private static let handlers: ListenerLifecycle<Int>.Handlers = (
        call: { _ in TransportResponse(contentType: "text/plain") }, streams: { _ in nil }
    )

    /// Runs the listener during the body, and returns the messages that were queued.
    private func whileRunning(_ body: () async throws -> Void) async throws -> [Int] {
        let handled = Values()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [lifecycle] in
                try await lifecycle.run(Self.handlers) { _, message in
                    handled.all.withLock { $0.append(message) }
                } cancel: {
                    lifecycle.end()
                }
            }
            try await body()
            lifecycle.end()
            try await group.waitForAll()
        }
        return handled.all.withLock(\.self)
    }

    private func isAdmitted(_ message: Int, of key: String) -> Bool {
        do { return try lifecycle.admit(message, of: key, for: request) != nil } catch { return false }
    }

    private var isRefused: Bool {
        guard isAdmitted(0, of: "other") else { return true }
        lifecycle.sessionEnded()
        return false
    }

    @Test func earlyMessagesAreHandledInOrder() async throws {
        #expect(try lifecycle.admit(1, of: "a", for: request) == nil)
        #expect(lifecycle.queueFollowing(2, of: "a") && !lifecycle.queueFollowing(3, of: "b"))
        #expect(lifecycle.isQueued("a") && !lifecycle.isQueued("b"))
        let handled = try await whileRunning {
            #expect(await eventually { !lifecycle.isQueued("a") })
        }
        #expect(handled == [1, 2])
    }

    /// A drain begins while `run` handles the first message.
    @Test(.blocking) func earlyMessagesAreHandledInOrderDuringDrain() async throws {
        #expect(try lifecycle.admit(1, of: "a", for: request) == nil)
        #expect(lifecycle.queueFollowing(2, of: "a"))
        let handled = Values()
        try await lifecycle.run(Self.handlers) { key, message in
            handled.all.withLock { $0.append(message) }
            guard message == 1 else { return }
            #expect(lifecycle.queueFollowing(3, of: key))
            Task { [lifecycle] in
                await lifecycle.drain(deadline: .now + .seconds(30)) { _, message in
                    handled.all.withLock { $0.append(message) }
                }
                handled.all.withLock { $0.append(0) }
                lifecycle.end()
            }
            while !isRefused { Thread.sleep(forTimeInterval: 0.001) }
        } cancel: {
        }
        // The drain waits for the messages.
        #expect(handled.all.withLock(\.self) == [1, 2, 3, 0])
    }

    @Test func abortIsKnownToLateCalls() {
        #expect(!lifecycle.isAborted)
        lifecycle.beginDraining()
        #expect(!lifecycle.isAborted)
        lifecycle.abort()
        #expect(lifecycle.isAborted && isRefused)
    }

    @Test func cancelledMessagesAreNotHandled() async throws {
        #expect(try lifecycle.admit(1, of: "a", for: request) == nil)
        lifecycle.removeQueued("a")
        let handled = try await whileRunning {
            #expect(await eventually { isAdmitted(2, of: "b") })
        }
        #expect(!handled.contains(1))
    }

    @Test func tooManyEarlyMessagesAreRefused() throws {
        for number in 0..<ListenerQueue<Int>.maxCount { _ = try lifecycle.admit(number, of: "\(number)", for: request) }
        let error = #expect(throws: MicroError.self) { try lifecycle.admit(0, of: "x", for: request) }
        #expect(error?.code == .resourceExhausted)
    }

    @Test func drainWaitsForCallsAndRefusesOthers() async throws {
        _ = try await whileRunning {
            #expect(await eventually { isAdmitted(1, of: "a") })
            let drains = Values()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [lifecycle] in
                    await lifecycle.drain(deadline: .now + .seconds(30)) { _, _ in }
                    drains.all.withLock { $0.append(1) }
                }
                #expect(await eventually { isRefused })
                #expect(drains.all.withLock { $0 } == [])
                lifecycle.sessionEnded()
                try await group.waitForAll()
            }
            #expect(drains.all.withLock { $0 } == [1])
        }
    }

    @Test func drainEndsAtItsDeadline() async throws {
        _ = try await whileRunning {
            #expect(await eventually { isAdmitted(1, of: "a") })
            await lifecycle.drain(deadline: .now + .milliseconds(20)) { _, _ in }
        }
    }

    @Test func secondRunIsRefused() async throws {
        _ = try await whileRunning {
            #expect(await eventually { isAdmitted(1, of: "a") })
            let error = await #expect(throws: MicroError.self) {
                try await lifecycle.run(Self.handlers) { _, _ in
                } cancel: {
                }
            }
            #expect(error?.code == .closed)
        }
    }

    @Test func endIsReportedOnce() {
        let ends = Mutex(0)
        lifecycle.onEnd { ends.withLock { $0 += 1 } }
        lifecycle.end()
        lifecycle.end()
        #expect(ends.withLock { $0 } == 1)
        lifecycle.onEnd { ends.withLock { $0 += 1 } }
        #expect(ends.withLock { $0 } == 2)
    }
}
